import type { Context } from '@opentelemetry/api'
import type { CallSite, UnitOfWork } from '@pgspan/lifecycle'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { OwnFunction } from './stack-frames.js'

/** One `pool.query(…)`: who called it, and the query that it leads to. */
export class PoolCall {
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  /** The function of ours that was called. */
  readonly entered: OwnFunction
  readonly awaitsPromise: boolean
  /** True if the promise that the caller gets is the native one, which keeps the caller's context by itself. */
  isTapped = false
  readonly #notedCaller: CallSite | undefined
  #execution: PgQueryExecution | undefined = undefined

  constructor(
    callerContext: Context,
    unitOfWork: UnitOfWork | undefined,
    entered: OwnFunction,
    awaitsPromise: boolean,
    notedCaller: CallSite | undefined,
  ) {
    this.callerContext = callerContext
    this.unitOfWork = unitOfWork
    this.entered = entered
    this.awaitsPromise = awaitsPromise
    this.#notedCaller = notedCaller
  }

  lead(execution: PgQueryExecution): void {
    this.#execution = execution
    execution.awaitsPromise = this.awaitsPromise
    execution.notedCaller = this.#notedCaller
  }

  answerCallSite(reaction: OwnFunction): void {
    this.#execution?.answerCallSite(reaction)
  }
}

// Set for the one synchronous step in which the pool hands a connection to the query that it was called for.
let handedOver: PoolCall | undefined

/** Begins that step. Returns what was handed over before, for {@link endHandOver}. */
export function beginHandOver(call: PoolCall | undefined): PoolCall | undefined {
  const outer = handedOver
  handedOver = call
  return outer
}

export function endHandOver(outer: PoolCall | undefined): void {
  handedOver = outer
}

/** The pool call that the query being entered was made for; taken by the first query of its step. */
export function takePoolCall(): PoolCall | undefined {
  const call = handedOver
  handedOver = undefined
  return call
}
