import { coverMethod } from './cover-method.js'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { PgQuery } from './pg-shapes.js'
import { rowCountOf, settle } from './settlement.js'

/**
 * Follows a caller's own query object on a client of `pg.native`, which has no messages to listen to: the client
 * tells the object by its methods `emit` and `handleError`. They are covered until the query is over; then the
 * object is as it was.
 */
export function followNativeSubmittable(execution: PgQueryExecution, query: PgQuery): void {
  const end = (error: unknown, result: unknown): void => {
    for (const restore of covers) restore()
    if (execution.settledAt !== 0) return
    execution.rowCount = rowCountOf(result)
    settle(execution, error, result)
  }
  const covers = [
    coverMethod(query, 'emit', (emit, [event, value]) => {
      if (event === 'end') end(undefined, value)
      if (event === 'error') end(value, undefined)
      // Of an object that says nothing else, this is the end: the client goes on to the next query.
      if (event === '_done') end(undefined, undefined)
      return emit()
    }),
    // The driver's own object completes the error before it tells of it, so it is read afterwards.
    coverMethod(query, 'handleError', (handleError, [error]) => {
      try {
        return handleError()
      } finally {
        end(error, undefined)
      }
    }),
  ]
}
