import { metrics } from '@pgspan/conventions'
import type { Observer, QueryExecution, QueryResultView } from '@pgspan/lifecycle'
import { contextOfQuery } from './context-of-query.js'
import type { Instruments, LazyHistogram } from './instruments.js'
import type { QueryAttributes } from './query-attributes.js'

/**
 * Records `db.client.response.returned_rows` once per query that gave rows, or could have: not for failures, for what a
 * statement wrote without returning it, and for texts of several statements. Of a cursor or a stream, the rows that were read.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientresponsereturned_rows
 */
export class ReturnedRows implements Observer {
  readonly name = 'returned-rows'
  readonly #histogram: LazyHistogram
  readonly #attributes: QueryAttributes

  constructor(instruments: Instruments, attributes: QueryAttributes) {
    this.#histogram = instruments.histogramOf(metrics.responseReturnedRows)
    this.#attributes = attributes
  }

  querySettled(query: QueryExecution, result: QueryResultView | undefined): void {
    const rows = rowsOf(query, result)
    if (rows !== undefined) this.#histogram.record(rows, this.#attributes.of(query), contextOfQuery(query))
  }
}

function rowsOf(query: QueryExecution, result: QueryResultView | undefined): number | undefined {
  if (query.error !== undefined) return undefined
  // What returns rows has columns, also without any row.
  if (result !== undefined) return result.fields.length === 0 ? undefined : result.rows.length
  return query.isSubmittable && query.shape.kind === 'read' ? query.rowCount : undefined
}
