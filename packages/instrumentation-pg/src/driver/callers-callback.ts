import { runWithUnitOfWork } from '@pgspan/lifecycle'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { QueryConfig } from './pg-shapes.js'

type Callback = (this: unknown, ...args: unknown[]) => unknown

/** The arguments of a call whose callback runs in the caller's context, whoever wraps it further in. */
interface BoundArguments {
  readonly args: readonly unknown[]
  /** Gives the caller's config its own callback back; to be called when the driver has returned. */
  restore(): void
}

/** Binds the callback among the arguments of `client.query`, or in its config, to the caller of `execution`. */
export function bindCallersCallback(args: readonly unknown[], execution: PgQueryExecution): BoundArguments {
  const last = args.at(-1)
  if (typeof last === 'function') {
    const bound = bind(last as Callback, execution)
    return { args: [...args.slice(0, -1), bound], restore() {} }
  }
  const config = args[0]
  const callback = callbackOf(config)
  // A config that cannot be written to cannot be given back either.
  if (callback === undefined || !Reflect.set(config as object, 'callback', bind(callback, execution))) {
    return { args, restore() {} }
  }
  return { args, restore: () => Reflect.set(config as object, 'callback', callback) }
}

function callbackOf(config: unknown): Callback | undefined {
  if (typeof config !== 'object' || config === null || 'submit' in config) return undefined
  const { callback } = config as QueryConfig
  return typeof callback === 'function' ? (callback as Callback) : undefined
}

function bind(callback: Callback, execution: PgQueryExecution): Callback {
  return function bound(this: unknown, ...args: unknown[]): unknown {
    return runWithUnitOfWork(execution.callerContext, execution.unitOfWork, callback, this, ...args)
  }
}
