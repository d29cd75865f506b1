import { UnitOfWork } from './unit-of-work.js'

/** At most this many traces are followed at a time; the one that was quiet the longest is ended first. */
export const maximumTraceUnits = 1_000
/** A trace without a query for this long is over. */
export const traceIdleMillis = 60_000

interface Entry {
  readonly unit: UnitOfWork
  /** When it was last looked at; up to a quarter of {@link traceIdleMillis} later it may have been used. */
  usedAt: number
  wasUsed: boolean
}

/**
 * Units of work by trace id, for traces that no span processor follows: unsampled ones, above all.
 *
 * Their end cannot be seen, so they end when they were idle for a minute or when there are too many. One unref'd
 * timer runs while there are any. Nothing is kept unless somebody follows.
 */
export class TraceUnits {
  /** In the order of their last use. */
  readonly #units: Map<string, Entry> = new Map()
  #sweeper: NodeJS.Timeout | undefined = undefined
  #followers = 0
  /** The one that was used last: most queries belong to the same trace as the one before. */
  #latest: { readonly traceId: string; readonly entry: Entry } | undefined = undefined

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
    const latest = this.latestOf(traceId)
    if (latest !== undefined) return latest
    const now = performance.now()
    const known = this.#units.get(traceId)
    if (known !== undefined) this.#units.delete(traceId)
    const entry = known !== undefined && !known.unit.ended ? known : this.#open(traceId, now)
    entry.usedAt = now
    entry.wasUsed = false
    this.#units.set(traceId, entry)
    this.#latest = { traceId, entry }
    return entry.unit
  }

  /** The unit of a trace if it is the one that was asked for last; undefined for others. */
  latestOf(traceId: string): UnitOfWork | undefined {
    const latest = this.#latest
    if (latest?.traceId !== traceId || latest.entry.unit.ended) return undefined
    // The clock is read when idle ones are looked for.
    latest.entry.wasUsed = true
    return latest.entry.unit
  }

  get size(): number {
    return this.#units.size
  }

  endIdle(now: number): void {
    for (const [traceId, entry] of this.#units) {
      const { unit } = entry
      if (entry.wasUsed && now !== Number.POSITIVE_INFINITY) entry.usedAt = now
      entry.wasUsed = false
      if (now - entry.usedAt < traceIdleMillis && !unit.ended) continue
      this.#units.delete(traceId)
      unit.end()
    }
    if (this.#units.size > 0) return
    this.#latest = undefined
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #open(traceId: string, now: number): Entry {
    if (this.#units.size >= maximumTraceUnits) this.#endQuietest()
    const unit = new UnitOfWork('trace', 'trace', now)
    unit.traceId = traceId
    this.#sweeper ??= setInterval(() => this.endIdle(performance.now()), traceIdleMillis / 4).unref()
    return { unit, usedAt: now, wasUsed: false }
  }

  #endQuietest(): void {
    const [quietest] = this.#units
    if (quietest === undefined) return
    this.#units.delete(quietest[0])
    quietest[1].unit.end()
  }
}
