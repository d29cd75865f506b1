import type { Attributes } from '@opentelemetry/api'
import { errorTypeOf, metrics, attributes as names, sqlStateOf, targetAttributes } from '@pgspan/conventions'
import type { Checkout, Observer, QueryExecution } from '@pgspan/lifecycle'
import { BoundedValues } from './bounded-values.js'
import { contextOfQuery } from './context-of-query.js'
import type { Instruments, SecondsHistogram } from './instruments.js'
import type { QueryAttributes } from './query-attributes.js'

/** More kinds of errors than this are counted together, as `_OTHER`: an application's own errors may carry any code. */
export const maximumErrorTypes = 200

/**
 * Records `db.client.operation.duration`, in seconds, once per settled query, and once per `pool.query` that got no
 * connection. Looks its attributes up by query shape; only failures make new ones.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientoperationduration
 */
export class OperationDuration implements Observer {
  readonly name = 'operation-duration'
  readonly #histogram: SecondsHistogram
  readonly #errorTypes: BoundedValues = new BoundedValues(maximumErrorTypes)
  readonly #attributes: QueryAttributes

  constructor(instruments: Instruments, attributes: QueryAttributes) {
    this.#attributes = attributes
    this.#histogram = instruments.secondsOf(metrics.operationDuration)
  }

  querySettled(query: QueryExecution): void {
    let attributes = this.#attributes.of(query)
    if (query.error !== undefined) attributes = this.#failed(attributes, query.error)
    this.#histogram.record(query.settledAt - query.startedAt, attributes, contextOfQuery(query))
  }

  /** The query never came to be: nothing is known of it but where it would have gone. */
  checkoutSettled(checkout: Checkout): void {
    if (!checkout.forSingleQuery || checkout.failedAt === 0) return
    const attributes = this.#failed(targetAttributes(checkout.pool.target), checkout.error)
    this.#histogram.record(checkout.waitMillis, attributes, checkout.callerContext)
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
