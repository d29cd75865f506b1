import type { Attributes } from '@opentelemetry/api'
import { metrics, attributes as names } from '@pgspan/conventions'
import type { DatabaseTarget, Observer, QueryExecution, QueryShape } from '@pgspan/lifecycle'
import { ByTarget } from './by-target.js'
import { errorTypeOf, sqlStateOf } from './error-type.js'
import type { Instruments } from './instruments.js'
import { targetAttributes } from './target-attributes.js'

/** More summaries than this on one process's metrics are counted together, as `_OTHER`. */
export const maximumSummaries = 200
const otherSummary = '_OTHER'

/**
 * Records `db.client.operation.duration`, in seconds, once per settled query. Looks its attributes up by query
 * shape; only failures make new ones.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientoperationduration
 */
export class OperationDuration implements Observer {
  readonly name = 'operation-duration'
  readonly #instruments: Instruments
  readonly #summaries: Set<string> = new Set()
  readonly #attributes: ByTarget<QueryShape, Attributes> = new ByTarget(1_000, (target, shape) =>
    this.#attributesOf(target, shape),
  )

  constructor(instruments: Instruments) {
    this.#instruments = instruments
  }

  querySettled(query: QueryExecution): void {
    let attributes = this.#attributes.get(query.connection.target, query.shape)
    if (query.error !== undefined) attributes = failed(attributes, query.error)
    this.#instruments.recordSeconds(metrics.operationDuration, query.settledAt - query.startedAt, attributes)
  }

  #attributesOf(target: DatabaseTarget, shape: QueryShape): Attributes {
    return { ...targetAttributes(target), [names.dbQuerySummary]: this.#boundedSummary(shape.summary) }
  }

  #boundedSummary(summary: string): string {
    if (this.#summaries.has(summary)) return summary
    if (this.#summaries.size >= maximumSummaries) return otherSummary
    this.#summaries.add(summary)
    return summary
  }
}

function failed(attributes: Attributes, error: unknown): Attributes {
  const sqlState = sqlStateOf(error)
  return {
    ...attributes,
    [names.errorType]: errorTypeOf(error),
    ...(sqlState !== undefined && { [names.dbResponseStatusCode]: sqlState }),
  }
}
