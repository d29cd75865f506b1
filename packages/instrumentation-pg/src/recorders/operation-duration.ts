import type { Attributes } from '@opentelemetry/api'
import { errorTypeOf, metrics, attributes as names, sqlStateOf, targetAttributes } from '@pgspan/conventions'
import type { Checkout, DatabaseTarget, Observer, QueryExecution, QueryShape } from '@pgspan/lifecycle'
import { ByTarget } from './by-target.js'
import { contextOfQuery } from './context-of-query.js'
import type { Instruments, SecondsHistogram } from './instruments.js'

/** More summaries than this on one process's metrics are counted together, as `_OTHER`. */
export const maximumSummaries = 200
/** As many kinds of errors; an application's own errors may carry any code. */
export const maximumErrorTypes = 200
const other = '_OTHER'

/**
 * Records `db.client.operation.duration`, in seconds, once per settled query, and once per `pool.query` that got no
 * connection. Looks its attributes up by query shape; only failures make new ones.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientoperationduration
 */
export class OperationDuration implements Observer {
  readonly name = 'operation-duration'
  readonly #histogram: SecondsHistogram
  readonly #summaries: Bounded = new Bounded(maximumSummaries)
  readonly #errorTypes: Bounded = new Bounded(maximumErrorTypes)
  readonly #attributes: ByTarget<QueryShape, Attributes> = new ByTarget(1_000, (target, shape) =>
    this.#attributesOf(target, shape),
  )

  constructor(instruments: Instruments) {
    this.#histogram = instruments.secondsOf(metrics.operationDuration)
  }

  querySettled(query: QueryExecution): void {
    let attributes = this.#attributes.get(query.connection.target, query.shape)
    if (query.error !== undefined) attributes = this.#failed(attributes, query.error)
    this.#histogram.record(query.settledAt - query.startedAt, attributes, contextOfQuery(query))
  }

  /** The query never came to be: nothing is known of it but where it would have gone. */
  checkoutSettled(checkout: Checkout): void {
    if (!checkout.forSingleQuery || checkout.failedAt === 0) return
    const attributes = this.#failed(targetAttributes(checkout.pool.target), checkout.error)
    this.#histogram.record(checkout.waitMillis, attributes, checkout.callerContext)
  }

  #attributesOf(target: DatabaseTarget, shape: QueryShape): Attributes {
    // Frozen, so that an aggregation may know them by their identity.
    return Object.freeze({
      ...targetAttributes(target),
      [names.dbQuerySummary]: this.#summaries.take(shape.summary),
    })
  }

  #failed(attributes: Attributes, error: unknown): Attributes {
    const sqlState = sqlStateOf(error)
    return {
      ...attributes,
      [names.errorType]: this.#errorTypes.take(errorTypeOf(error)),
      ...(sqlState !== undefined && { [names.dbResponseStatusCode]: this.#errorTypes.take(sqlState) }),
    }
  }
}

/** At most so many different values; all others are one. */
class Bounded {
  readonly #limit: number
  readonly #known: Set<string> = new Set()

  constructor(limit: number) {
    this.#limit = limit
  }

  take(value: string): string {
    if (this.#known.has(value)) return value
    if (this.#known.size >= this.#limit) return other
    this.#known.add(value)
    return value
  }
}
