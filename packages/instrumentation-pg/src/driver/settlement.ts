import { processState, type QueryResultView, runWithUnitOfWork } from '@pgspan/lifecycle'
import { noteSettling, type PgQueryExecution } from './pg-query-execution.js'
import type { PgQuery } from './pg-shapes.js'

const { dispatcher } = processState()

/**
 * The one place that decides that a query is over.
 *
 * The driver's own `Query` is over when it calls its callback: after success, a server's error, a lost connection,
 * an error in a value, and after a query timeout, when it is told by `handleError` instead. A Submittable is over
 * when its connection says so ({@link SubmittableWatch}). A query that the client refuses, or that throws, is over
 * at once. Whichever comes first counts.
 */
export function settle(execution: PgQueryExecution, error: unknown, result: unknown): void {
  if (execution.settledAt !== 0) return
  if (!error && !execution.isSubmittable) execution.rowCount = rowCountOf(result)
  noteSettling(execution)
  if (error) dispatcher.settleQuery(execution, error, undefined)
  else dispatcher.settleQuery(execution, undefined, isResult(result) ? result : undefined)
  noteSettling(undefined)
}

/**
 * Makes the settlement of the driver's own query object known before anybody else hears of it.
 *
 * The object was made by the driver for this call; no caller has seen it. A caller's callback runs in the caller's
 * context and unit of work.
 */
export function settleWithCallback(
  execution: PgQueryExecution,
  query: PgQuery,
  hasCallersCallback: boolean,
  mayTimeOut: boolean,
): void {
  const callback = query.callback
  if (typeof callback !== 'function') return
  const bare = callback as (this: unknown, error: unknown, result: unknown) => unknown
  query.callback = function settled(this: unknown, error: unknown, result: unknown): unknown {
    settle(execution, error, result)
    if (!hasCallersCallback) return bare.call(this, error, result)
    return runWithUnitOfWork(execution.callerContext, execution.unitOfWork, bare, this, error, result)
  }
  if (!mayTimeOut) return
  // After its timeout the driver calls the callback that it had before, replaces ours, and then `handleError`.
  const handleError = query.handleError
  query.handleError = function settledByError(this: unknown, error: unknown, connection: unknown): unknown {
    settle(execution, error, undefined)
    return handleError?.call(this, error, connection)
  }
}

function isResult(result: unknown): result is QueryResultView {
  return typeof result === 'object' && result !== null && !Array.isArray(result) && 'rows' in result
}

/** Rows returned or affected; of several statements, all together. */
export function rowCountOf(result: unknown): number | undefined {
  if (Array.isArray(result)) {
    let sum = 0
    for (const one of result) sum += rowCountOf(one) ?? 0
    return sum
  }
  if (typeof result !== 'object' || result === null) return undefined
  const { rowCount } = result as { rowCount?: unknown }
  return typeof rowCount === 'number' ? rowCount : undefined
}
