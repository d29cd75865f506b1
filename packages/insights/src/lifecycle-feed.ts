import type { Checkout, Observer, QueryExecution, QueryResultView } from '@pgspan/lifecycle'
import type { CircuitBreaker } from './circuit-breaker.js'
import { errorCodeOf } from './error-code.js'
import type { InsightsCore } from './insights-core.js'
import { ObservedQuery } from './observed-query.js'

/** Queries that never settle are kept up to here; further ones are counted only. */
const maximumRunning = 10_000

/** The full feed: queries and checkouts as the instrumentation of the driver sees them, sampled or not. */
export class LifecycleFeed implements Observer {
  readonly name = 'insights'
  readonly #core: InsightsCore
  readonly #breaker: CircuitBreaker
  /** A weak map would cost more than all detectors together. */
  readonly #running: Map<QueryExecution, ObservedQuery> = new Map()

  constructor(core: InsightsCore, breaker: CircuitBreaker) {
    this.#core = core
    this.#breaker = breaker
  }

  queryStarted(query: QueryExecution, values: readonly unknown[] | undefined): void {
    if (this.#breaker.isOpen) return
    try {
      const observed = observe(query)
      if (this.#running.size < maximumRunning) this.#running.set(query, observed)
      this.#core.queryStarted(observed, values)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  querySettled(query: QueryExecution, result: QueryResultView | undefined): void {
    if (this.#breaker.isOpen) return
    try {
      const observed = this.#running.get(query) ?? observe(query)
      this.#running.delete(query)
      complete(observed, query)
      this.#core.querySettled(observed, result)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  checkoutSettled(checkout: Checkout): void {
    this.#breaker.run(() =>
      this.#core.checkoutSettled({
        unit: checkout.unitOfWork,
        callerContext: checkout.callerContext,
        poolName: checkout.pool.name,
        target: checkout.pool.target,
        path: checkout.path,
        waitMillis: checkout.waitMillis,
        limit: checkout.pool.counts()?.limit,
        timedOut: checkout.timedOut,
        settledAt: checkout.acquiredAt || checkout.failedAt,
      }),
    )
  }
}

function observe(query: QueryExecution): ObservedQuery {
  const { connection } = query
  return new ObservedQuery(
    query.shape,
    connection.target,
    query.unitOfWork,
    query.callerContext,
    query,
    connection.id,
    query.startedAt,
  )
}

function complete(observed: ObservedQuery, query: QueryExecution): void {
  const { checkout } = query
  observed.settledAt = query.settledAt
  observed.executionMillis = query.executionMillis
  observed.queueMillis = query.queueMillis
  observed.consumerMillis = query.consumerMillis
  observed.rowCount = query.rowCount
  if (query.error !== undefined) observed.errorCode = errorCodeOf(query.error)
  if (checkout === undefined) return
  observed.poolName = checkout.pool.name
  // Later queries under the checkout found the connection there.
  if (checkout.firstQueryAt === query.startedAt) observed.poolWaitMillis = checkout.waitMillis
}
