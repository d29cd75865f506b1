import { diag } from '@opentelemetry/api'
import { AttachedObservers } from './attached-observers.js'
import type { Checkout } from './checkout.js'
import type { ConnectionOpening } from './connection-opening.js'
import type { ConnectionRemoval, PoolFailure } from './connection-removal.js'
import type { Connection } from './database-target.js'
import type { DirtyRelease } from './dirty-release.js'
import type { Settlement, Start } from './listeners.js'
import type { CheckoutStacks, Observer } from './observer.js'
import type { PoolView } from './pool-view.js'
import type { QueryExecution, QueryResultView } from './query-execution.js'
import { purposeAfter } from './session-purpose.js'

/**
 * Hands events to observers.
 *
 * Starts run forward through the observers in the order of attachment, settlements in reverse, so that the first
 * to open something is the last to close it. A thing settles once: later calls for it change nothing. What an
 * observer throws is caught and reported once per observer and event; the others still run.
 */
export class Dispatcher {
  readonly #attached: AttachedObservers = new AttachedObservers()
  readonly #pools: Set<PoolView> = new Set()
  readonly #reported: Set<string> = new Set()

  /** True if anybody is attached; without, a source has nothing to do. */
  get isObserved(): boolean {
    return this.#attached.areThere
  }

  /** True if anybody hears of queries and checkouts; without, a source lets them pass. */
  get isListening(): boolean {
    return this.#attached.areListening
  }

  /** The pools that have appeared and have not ended. */
  get pools(): ReadonlySet<PoolView> {
    return this.#pools
  }

  /** True if an observer makes a span of every query. */
  get makesQuerySpans(): boolean {
    return this.#attached.makesQuerySpans
  }

  /** What the observers want at most. */
  get checkoutStacks(): CheckoutStacks {
    return this.#attached.checkoutStacks
  }

  /**
   * Tells the observer of the pools that there are, and returns the function that detaches it.
   *
   * @param isAsleep true as long as it makes no difference to the observer what happens: so long it does not hear of
   * queries and checkouts. Asked at each of them until it says false, and never again.
   */
  attach(observer: Observer, isAsleep?: () => boolean): () => void {
    this.#attached.add(observer, isAsleep)
    for (const pool of this.#pools) this.#notify(observer, 'poolAppeared', pool)
    return () => this.#attached.remove(observer)
  }

  queryStarted(query: QueryExecution, values: readonly unknown[] | undefined): void {
    const listeners = this.#attached.listeners
    query.settlementObservers = listeners.querySettled
    if (query.checkout !== undefined) query.checkout.runningQueries++
    for (const observer of listeners.queryStarted) {
      try {
        observer.queryStarted?.(query, values)
      } catch (error) {
        this.#report(observer, 'queryStarted', error)
      }
    }
  }

  /**
   * Tells those that were attached when the query started, whoever was attached or detached since: what was opened
   * is closed. Returns false if the query was settled before.
   */
  settleQuery(query: QueryExecution, error: unknown, result: QueryResultView | undefined): boolean {
    if (query.settledAt !== 0) return false
    query.settledAt = performance.now()
    query.error = error
    if (query.checkout !== undefined) noteQuery(query.checkout, query)
    for (const observer of query.settlementObservers ?? this.#attached.listeners.querySettled) {
      try {
        observer.querySettled?.(query, result)
      } catch (thrown) {
        this.#report(observer, 'querySettled', thrown)
      }
    }
    return true
  }

  connectionOpening(opening: ConnectionOpening): void {
    this.#forward('connectionOpening', opening)
  }

  settleOpening(opening: ConnectionOpening, error: unknown): boolean {
    if (opening.settledAt !== 0) return false
    opening.settledAt = performance.now()
    opening.error = error
    if (error === undefined) opening.pool?.opened(opening.connection)
    this.#reverse('connectionSettled', opening)
    return true
  }

  connectionClosed(connection: Connection): void {
    connection.isClosed = true
    this.#reverse('connectionClosed', connection)
  }

  checkoutRequested(checkout: Checkout): void {
    checkout.pool.waiting.add(checkout)
    for (const observer of this.#attached.listeners.checkoutRequested) {
      try {
        observer.checkoutRequested?.(checkout)
      } catch (error) {
        this.#report(observer, 'checkoutRequested', error)
      }
    }
  }

  acquireCheckout(checkout: Checkout, connection: Connection): boolean {
    if (checkout.acquiredAt !== 0 || checkout.failedAt !== 0) return false
    checkout.acquiredAt = performance.now()
    checkout.connection = connection
    checkout.pool.waiting.remove(checkout)
    checkout.pool.held.add(checkout)
    this.#checkoutSettled(checkout)
    return true
  }

  failCheckout(checkout: Checkout, error: unknown): boolean {
    if (checkout.acquiredAt !== 0 || checkout.failedAt !== 0) return false
    checkout.failedAt = performance.now()
    checkout.error = error
    checkout.pool.waiting.remove(checkout)
    this.#checkoutSettled(checkout)
    return true
  }

  #checkoutSettled(checkout: Checkout): void {
    for (const observer of this.#attached.listeners.checkoutSettled) {
      try {
        observer.checkoutSettled?.(checkout)
      } catch (error) {
        this.#report(observer, 'checkoutSettled', error)
      }
    }
  }

  /** Only an acquired checkout can be released. */
  releaseCheckout(checkout: Checkout, error: unknown): boolean {
    if (checkout.acquiredAt === 0 || checkout.releasedAt !== 0) return false
    checkout.releasedAt = performance.now()
    checkout.error = error
    checkout.pool.held.remove(checkout)
    for (const observer of this.#attached.listeners.checkoutReleased) {
      try {
        observer.checkoutReleased?.(checkout)
      } catch (error) {
        this.#report(observer, 'checkoutReleased', error)
      }
    }
    return true
  }

  releasedDirty(release: DirtyRelease): void {
    this.#reverse('releasedDirty', release)
  }

  connectionRemoved(removal: ConnectionRemoval): void {
    removal.pool.gaveUp(removal.connection)
    this.#reverse('connectionRemoved', removal)
  }

  poolFailed(failure: PoolFailure): void {
    this.#reverse('poolFailed', failure)
  }

  poolAppeared(pool: PoolView): void {
    this.#pools.add(pool)
    this.#forward('poolAppeared', pool)
  }

  /** Returns false if the pool had ended before. */
  endPool(pool: PoolView): boolean {
    if (pool.ended) return false
    pool.end()
    this.#pools.delete(pool)
    this.#reverse('poolEnded', pool)
    return true
  }

  #forward<Event extends ForwardEvent>(event: Event, subject: Subject<Event>): void {
    for (const observer of this.#attached.listeners[event]) this.#notify(observer, event, subject)
  }

  #reverse<Event extends ReverseEvent>(event: Event, subject: Subject<Event>): void {
    for (const observer of this.#attached.listeners[event]) this.#notify(observer, event, subject)
  }

  #notify<Event extends ForwardEvent | ReverseEvent>(
    observer: Observer,
    event: Event,
    subject: Subject<Event>,
  ): void {
    try {
      // The cast pairs an event with its own subject, which TypeScript does not follow through a union of methods.
      const listener = observer[event] as ((subject: Subject<Event>) => void) | undefined
      listener?.call(observer, subject)
    } catch (error) {
      this.#report(observer, event, error)
    }
  }

  #report(observer: Observer, event: string, error: unknown): void {
    const key = `${observer.name}.${event}`
    if (this.#reported.has(key)) return
    if (this.#reported.size < 100) this.#reported.add(key)
    diag.error(
      `pgspan: observer ${key} threw; the application is not affected. Further errors are not shown.`,
      error,
    )
  }
}

function noteQuery(checkout: Checkout, query: QueryExecution): void {
  checkout.runningQueries--
  checkout.latestQueryAt = query.settledAt
  checkout.latestShape = query.shape
  checkout.hasLatestFailed = query.error !== undefined
  if (!checkout.forSingleQuery) checkout.holdReason = purposeAfter(query.shape, checkout.holdReason)
}

/** Events of the query path are spelled out above: a method that is looked up by name costs more than most of them. */
type ForwardEvent = Exclude<Start, 'queryStarted' | 'checkoutRequested'>
type ReverseEvent = Exclude<Settlement, 'querySettled' | 'checkoutSettled' | 'checkoutReleased'>
type Subject<Event extends ForwardEvent | ReverseEvent> = Parameters<NonNullable<Observer[Event]>>[0]
