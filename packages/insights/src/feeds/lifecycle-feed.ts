import type { Context } from '@opentelemetry/api'
import {
  type AcquirePath,
  type Checkout,
  type CheckoutStacks,
  type Connection,
  type DatabaseTarget,
  type DirtyRelease,
  type Observer,
  type PoolView,
  type ProcessState,
  processState,
  type QueryExecution,
  type QueryResultView,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import type { CircuitBreaker } from '../circuit-breaker.js'
import { errorCodeOf } from '../error-code.js'
import type { InsightsCore } from '../insights-core.js'
import { ignoredByCaller } from '../suppression/ignore-findings.js'
import { ContextChecks } from '../units/context-checks.js'
import type { ObservedCheckout } from '../units/observed-checkout.js'
import { ObservedQuery } from '../units/observed-query.js'
import type { SpanFeed } from './span-feed.js'

/** Every 32nd query is measured: to read the clock for each would cost more than the answer is worth. */
const measured = 31

/** The event loop is blocked from so many milliseconds on. */
const leastStall = 20

/** The full feed: queries and checkouts as the instrumentation of the driver sees them, sampled or not. */
export class LifecycleFeed implements Observer {
  readonly name = 'insights'
  readonly #core: InsightsCore
  readonly #breaker: CircuitBreaker
  /** Running queries of which another observer keeps something, so that there is no room for this one. */
  readonly #further: WeakMap<QueryExecution, ObservedQuery> = new WeakMap()
  readonly #state: ProcessState = processState()
  readonly #checks: ContextChecks = new ContextChecks()
  readonly checkoutStacks: CheckoutStacks
  readonly #spans: SpanFeed
  #settlements = 0

  /** @param checkoutStacks whose lines of code are noted when they ask for connections. */
  constructor(core: InsightsCore, breaker: CircuitBreaker, checkoutStacks: CheckoutStacks, spans: SpanFeed) {
    this.#spans = spans
    this.checkoutStacks = checkoutStacks
    this.#core = core
    this.#breaker = breaker
  }

  queryStarted(query: QueryExecution, values: readonly unknown[] | undefined): void {
    this.#state.loopStalls.begin()
    if (this.#breaker.isOpen) return
    try {
      this.#spans.queryStarted(query.callerContext)
      const observed = observe(query)
      if (this.#state.ignoredFindingsStorage !== undefined) this.#takeIgnored(observed, query)
      this.#checks.queryStarted(observed, query)
      this.#keep(query, observed)
      this.#core.queryStarted(observed, values)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  querySettled(query: QueryExecution, result: QueryResultView | undefined): void {
    this.#state.loopStalls.end()
    if (this.#breaker.isOpen) return
    const since = (++this.#settlements & measured) === 0 ? performance.now() : 0
    try {
      const observed = this.#take(query) ?? observe(query)
      complete(observed, query)
      this.#addStalls(observed, query)
      this.#core.querySettled(observed, result)
      if (since !== 0) this.#breaker.took(performance.now() - since)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  /** Here the caller's code runs; the callback of the checkout may run in that of whoever gave the connection back. */
  checkoutRequested(checkout: Checkout): void {
    this.#state.loopStalls.begin()
    this.#checks.checkoutRequested(checkout)
    if (this.#breaker.isOpen) return
    try {
      checkout.ignoredFindings = ignoredByCaller()
      this.#core.pools.requested(checkout)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  checkoutSettled(checkout: Checkout): void {
    const { loopStalls } = this.#state
    loopStalls.end()
    if (this.#breaker.isOpen) return
    try {
      const { waitMillis, requestedAt } = checkout
      if (waitMillis < this.#core.leastWaitMillis && !checkout.timedOut) {
        this.#core.checkoutGranted(checkout.pool.name, waitMillis)
        return
      }
      const stall =
        waitMillis < leastStall ? 0 : loopStalls.blockedBetween(requestedAt, requestedAt + waitMillis)
      this.#core.checkoutSettled(new SettledCheckout(checkout, stall, checkout.ignoredFindings))
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  checkoutReleased(checkout: Checkout): void {
    const { connection, releasedAt, error } = checkout
    if (connection === undefined || this.#breaker.isOpen) return
    try {
      this.#core.transactions.connectionReleased(connection.id, releasedAt, error !== undefined)
      this.#core.pools.released(checkout)
    } catch (thrown) {
      this.#breaker.record(thrown)
    }
  }

  releasedDirty(release: DirtyRelease): void {
    this.#breaker.run(() => this.#core.releasedDirty(release))
  }

  poolAppeared(pool: PoolView): void {
    this.#breaker.run(() => this.#core.pools.poolAppeared(pool))
  }

  poolEnded(pool: PoolView): void {
    this.#breaker.run(() => this.#core.pools.poolEnded(pool))
  }

  connectionClosed({ id }: Connection): void {
    this.#breaker.run(() => this.#core.transactions.connectionClosed(id))
  }

  #addStalls(observed: ObservedQuery, { startedAt, sentAt, settledAt }: QueryExecution): void {
    const { loopStalls } = this.#state
    if (settledAt - startedAt < leastStall || sentAt === 0) return
    observed.stallMillis = loopStalls.blockedBetween(sentAt, settledAt)
    if (sentAt > startedAt) observed.queueStallMillis = loopStalls.blockedBetween(startedAt, sentAt)
  }

  #takeIgnored(observed: ObservedQuery, { checkout }: QueryExecution): void {
    const ofCheckout = checkout?.ignoredFindings
    observed.ignoredFindings = checkout?.forSingleQuery ? ofCheckout : (ignoredByCaller() ?? ofCheckout)
  }

  #keep(query: QueryExecution, observed: ObservedQuery): void {
    if (query.observationOwner !== undefined) {
      this.#further.set(query, observed)
      return
    }
    query.observation = observed
    query.observationOwner = this
  }

  #take(query: QueryExecution): ObservedQuery | undefined {
    if (query.observationOwner !== this) return this.#further.get(query)
    const { observation } = query
    query.observation = undefined
    return observation instanceof ObservedQuery ? observation : undefined
  }
}

/** Asks the pool for its limit only if somebody wants to know. */
class SettledCheckout implements ObservedCheckout {
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  readonly poolName: string
  readonly target: DatabaseTarget
  readonly path: AcquirePath
  readonly waitMillis: number
  readonly stallMillis: number
  readonly timedOut: boolean
  readonly settledAt: number
  readonly ignoredFindings: string | undefined
  readonly #pool: PoolView

  constructor(checkout: Checkout, stallMillis: number, ignoredFindings: string | undefined) {
    this.stallMillis = stallMillis
    this.ignoredFindings = ignoredFindings
    this.unit = checkout.unitOfWork
    this.callerContext = checkout.callerContext
    this.poolName = checkout.pool.name
    this.target = checkout.pool.target
    this.path = checkout.path
    this.waitMillis = checkout.waitMillis
    this.timedOut = checkout.timedOut
    this.settledAt = checkout.acquiredAt || checkout.failedAt
    this.#pool = checkout.pool
  }

  get limit(): number | undefined {
    return this.#pool.counts()?.limit
  }
}

function observe(query: QueryExecution): ObservedQuery {
  const { connection } = query
  const observed = new ObservedQuery(
    query.shape,
    connection.target,
    query.unitOfWork,
    query.callerContext,
    query,
    connection.id,
    query.startedAt,
  )
  const { checkout } = query
  observed.checkout = checkout
  const isFirst = checkout?.firstQueryAt === 0 || checkout?.firstQueryAt === query.startedAt
  if (isFirst) observed.askedAt -= checkout.waitMillis
  return observed
}

function complete(observed: ObservedQuery, query: QueryExecution): void {
  const { checkout } = query
  observed.settledAt = query.settledAt
  observed.executionMillis = query.executionMillis
  observed.queueMillis = query.queueMillis
  observed.queuedBehind = query.queuedBehind
  observed.consumerMillis = query.consumerMillis
  observed.isStreamed = query.isSubmittable
  observed.rowCount = query.rowCount
  if (query.error !== undefined) {
    observed.fail(errorCodeOf(query.error), query.text)
    observed.serverRole = query.connection.serverRole
  }
  if (checkout === undefined) return
  observed.poolName = checkout.pool.name
  // Later queries under the checkout found the connection there.
  if (checkout.firstQueryAt === query.startedAt) observed.poolWaitMillis = checkout.waitMillis
}
