import { UnitOfWork } from './unit-of-work.js'

/** At most this many traces are followed at a time; the one that was quiet the longest is ended first. */
export const maximumTraceUnits = 1_000
/** A trace without a query for this long is over. */
export const traceIdleMillis = 60_000

/**
 * Units of work by trace id, for traces that no span processor follows: unsampled ones, above all.
 *
 * Their end cannot be seen, so they end when they were idle for a minute or when there are too many. One unref'd
 * timer runs while there are any. Nothing is kept unless somebody follows.
 */
export class TraceUnits {
  /** In the order of their last use. */
  readonly #units: Map<string, { unit: UnitOfWork; usedAt: number }> = new Map()
  #sweeper: NodeJS.Timeout | undefined = undefined
  #followers = 0

  /** Makes traces units of work until the function that it returns is called. */
  follow(): () => void {
    this.#followers++
    let stopped = false
    return () => {
      if (stopped) return
      stopped = true
      if (--this.#followers === 0) this.endIdle(Number.POSITIVE_INFINITY)
    }
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  /** Undefined if nobody follows. */
  unitOf(traceId: string): UnitOfWork | undefined {
    if (!this.isFollowed) return undefined
    const now = performance.now()
    const known = this.#units.get(traceId)
    if (known !== undefined) this.#units.delete(traceId)
    const entry = known !== undefined && !known.unit.ended ? known : this.#open(traceId, now)
    entry.usedAt = now
    this.#units.set(traceId, entry)
    return entry.unit
  }

  get size(): number {
    return this.#units.size
  }

  endIdle(now: number): void {
    for (const [traceId, { unit, usedAt }] of this.#units) {
      if (now - usedAt < traceIdleMillis && !unit.ended) continue
      this.#units.delete(traceId)
      unit.end()
    }
    if (this.#units.size > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #open(traceId: string, now: number): { unit: UnitOfWork; usedAt: number } {
    if (this.#units.size >= maximumTraceUnits) this.#endQuietest()
    const unit = new UnitOfWork('trace', 'trace', now)
    unit.traceId = traceId
    this.#sweeper ??= setInterval(() => this.endIdle(performance.now()), traceIdleMillis / 4).unref()
    return { unit, usedAt: now }
  }

  #endQuietest(): void {
    const [quietest] = this.#units
    if (quietest === undefined) return
    this.#units.delete(quietest[0])
    quietest[1].unit.end()
  }
}
