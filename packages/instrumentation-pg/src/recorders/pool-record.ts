import type { PoolView } from '@pgspan/lifecycle'
import { PoolTotals } from './pool-totals.js'
import { RollingPeak } from './rolling-peak.js'

/** What is recorded of one live pool, from one change of its figures to the next. */
export class PoolRecord {
  readonly view: PoolView
  readonly totals: PoolTotals = new PoolTotals()
  readonly usedPeak: RollingPeak
  readonly pendingPeak: RollingPeak
  readonly #limit: number
  #used = 0
  #pending = 0
  #changedAt: number

  constructor(view: PoolView, now: number) {
    this.view = view
    this.#limit = view.counts()?.limit ?? Number.POSITIVE_INFINITY
    this.#changedAt = now
    this.usedPeak = new RollingPeak(now)
    this.pendingPeak = new RollingPeak(now)
    this.changed(now)
  }

  /** To be called after each change of the pool's figures, and before the totals are read. */
  changed(now: number): void {
    const { used, pending } = this.view
    const millis = now - this.#changedAt
    this.#changedAt = now
    this.totals.inUseMillis += millis * this.#used
    if (this.#pending > 0 && this.#used >= this.#limit) this.totals.saturatedMillis += millis
    if (used !== this.#used) this.usedPeak.set(used, now)
    if (pending !== this.#pending) this.pendingPeak.set(pending, now)
    this.#used = used
    this.#pending = pending
  }
}
