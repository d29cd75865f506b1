import {
  type Checkout,
  type ConnectionOpening,
  type ConnectionRemoval,
  type LoopStallSampler,
  type Observer,
  type PoolView,
  processState,
  type QueryExecution,
} from '@pgspan/lifecycle'
import type { LogEntry } from './log-entry.js'
import { acquiredEntry, closedEntry, openedEntry, releasedEntry } from './pool-entry.js'
import { type LogReason, queryEntry } from './query-entry.js'
import type { QueryLogSettings } from './query-log-options.js'

/** Who takes what the observer has seen. */
export interface EntryTaker {
  /** False if there were too many entries in this second: it is counted, and none is made. */
  admits(): boolean
  take(entry: LogEntry): void
  poolAppeared(pool: PoolView): void
  poolEnded(pool: PoolView): void
}

/**
 * Makes the entries of the log: of each query that failed or was slow, of a share of the others, of each request for a
 * connection that failed, and by choice of what pools do.
 *
 * A query that is not logged costs some 20 ns. Call sites are asked for only if the query failed or was slow.
 */
export class QueryLogObserver implements Observer {
  readonly name = 'query-log'
  readonly #slowMillis: number
  readonly #sampleRate: number
  readonly #taker: EntryTaker
  readonly #stalls: LoopStallSampler = processState().loopStalls
  readonly #tellsOfPools: boolean

  constructor({ slowQueryMillis, sampleRate, poolEvents }: QueryLogSettings, taker: EntryTaker) {
    this.#slowMillis = slowQueryMillis
    this.#sampleRate = sampleRate
    this.#taker = taker
    this.#tellsOfPools = poolEvents
  }

  queryStarted(): void {
    this.#stalls.begin()
  }

  querySettled(query: QueryExecution): void {
    this.#stalls.end()
    const reason = this.#reasonOf(query)
    if (reason === undefined || !this.#taker.admits()) return
    const time = Date.now()
    const log = this.#taker
    if (reason === 'sampled') log.take(queryEntry(query, reason, time, undefined))
    else query.requestCallSite((site) => log.take(queryEntry(query, reason, time, site)))
  }

  checkoutSettled(checkout: Checkout): void {
    if (this.#tells(checkout.failedAt !== 0)) this.#taker.take(acquiredEntry(checkout))
  }

  /** An opening for a pool fails together with the checkout that it was for. */
  connectionSettled(opening: ConnectionOpening): void {
    if (this.#tells(opening.error !== undefined && opening.pool === undefined))
      this.#taker.take(openedEntry(opening))
  }

  checkoutReleased(checkout: Checkout): void {
    if (this.#tells(false)) this.#taker.take(releasedEntry(checkout))
  }

  connectionRemoved(removal: ConnectionRemoval): void {
    if (this.#tells(false)) this.#taker.take(closedEntry(removal))
  }

  poolAppeared(pool: PoolView): void {
    this.#taker.poolAppeared(pool)
  }

  poolEnded(pool: PoolView): void {
    this.#taker.poolEnded(pool)
  }

  #tells(isFailure: boolean): boolean {
    return (this.#tellsOfPools || isFailure) && this.#taker.admits()
  }

  #reasonOf(query: QueryExecution): LogReason | undefined {
    if (query.error !== undefined) return 'failed'
    if (query.executionMillis >= this.#slowMillis) return 'slow'
    return this.#sampleRate > 0 && Math.random() < this.#sampleRate ? 'sampled' : undefined
  }
}
