import { type Context, context, diag } from '@opentelemetry/api'
import { errorTypeOf } from '@pgspan/conventions'

/**
 * Calls functions that the application gave as options.
 *
 * They run in the context of the query's caller. What one throws, or what its promise rejects with, is reported once
 * per option, by its class and stack: a message may quote a value. The query goes on as if nothing had happened.
 */
export class Hooks {
  readonly #reported: Set<string> = new Set()

  /** What the function returns; undefined if it threw. */
  call<Args extends unknown[], Result>(
    option: string,
    callerContext: Context,
    hook: (...args: Args) => Result,
    ...args: Args
  ): Result | undefined {
    try {
      const result = context.with(callerContext, hook, undefined, ...args)
      if (isThenable(result)) result.then(undefined, (error) => this.report(option, error))
      return result
    } catch (error) {
      this.report(option, error)
      return undefined
    }
  }

  report(option: string, error: unknown): void {
    if (this.#reported.has(option)) return
    this.#reported.add(option)
    diag.error(
      `pgspan: the option ${option} threw ${errorTypeOf(error)}; the query is not affected. Further errors are not shown.`,
      framesOf(error),
    )
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** The stack without the lines of the message, at most ten frames. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return ''
  const { stack, message } = error
  const start = stack.indexOf(message) + message.length
  const frames = stack.slice(start).split('\n')
  return frames
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 10)
    .join('\n')
}
