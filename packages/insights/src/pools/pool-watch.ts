import { AsyncResource } from 'node:async_hooks'
import type { Checkout, DirtyRelease, PoolView } from '@pgspan/lifecycle'
import type { CircuitBreaker } from '../circuit-breaker.js'
import type { DetectorsByEvent } from '../detectors/by-event.js'
import type { Reporter } from '../detectors/detector.js'

/** Often enough to see a deadlock within a second. */
const lookMillis = 250
/** After a pause of the whole process, as at a debugger's, everybody seems to have done nothing: they get one more turn. */
const lateMillis = 1_000

/**
 * Lets detectors look at the pools of this process: at each event, and four times a second while a connection is out
 * of its pool or waited for. One timer for all, which keeps no process alive.
 */
export class PoolWatch {
  readonly #detectors: DetectorsByEvent
  readonly #reporter: Reporter
  readonly #breaker: CircuitBreaker
  readonly #pools: Set<PoolView> = new Set()
  // What runs here belongs to no request, and keeps none alive.
  readonly #outside = new AsyncResource('pgspan')
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(detectors: DetectorsByEvent, reporter: Reporter, breaker: CircuitBreaker) {
    this.#detectors = detectors
    this.#reporter = reporter
    this.#breaker = breaker
  }

  /** Pools that have appeared and not ended. */
  get pools(): Iterable<PoolView> {
    return this.#pools
  }

  poolAppeared(pool: PoolView): void {
    this.#pools.add(pool)
    for (const detector of this.#detectors.poolAppeared) detector.poolAppeared?.(pool)
  }

  poolEnded(pool: PoolView): void {
    this.#pools.delete(pool)
    for (const detector of this.#detectors.poolEnded) detector.poolEnded?.(pool)
  }

  requested(checkout: Checkout): void {
    if (this.#timer === undefined) this.#start()
    for (const detector of this.#detectors.checkoutRequested)
      detector.checkoutRequested?.(checkout, this.#reporter)
  }

  released(checkout: Checkout): void {
    for (const detector of this.#detectors.checkoutReleased)
      detector.checkoutReleased?.(checkout, this.#reporter)
  }

  releasedDirty(release: DirtyRelease): void {
    for (const detector of this.#detectors.releasedDirty) detector.releasedDirty?.(release, this.#reporter)
  }

  look(): void {
    const now = performance.now()
    const busy = [...this.#pools].filter(({ held, waiting }) => held.size > 0 || waiting.size > 0)
    for (const detector of this.#detectors.poolsSeen) detector.poolsSeen?.(busy, now, this.#reporter)
    if (busy.length === 0) this.#stop()
  }

  /** Looks no more until a connection is asked for. */
  close(): void {
    this.#pools.clear()
    this.#stop()
  }

  #start(): void {
    if (this.#detectors.poolsSeen.length === 0) return
    let lookedAt = performance.now()
    const look = (): void => {
      const now = performance.now()
      const isLate = now - lookedAt > lateMillis
      lookedAt = now
      if (!isLate) this.#breaker.run(() => this.look())
    }
    this.#timer = this.#outside.runInAsyncScope(() => setInterval(look, lookMillis)).unref()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
