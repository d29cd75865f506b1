const perStatementMillis = 600_000
const hourMillis = 3_600_000
const perHour = 30

/** How often plans may be asked for: 30 times an hour, and once in ten minutes for a statement. */
export class CaptureLimits {
  /** When which statement was planned, the oldest first: never more than an hour's. */
  readonly #captures: Map<string, number> = new Map()
  #times: number[] = []

  /** True if it may be now, which is remembered. @param now milliseconds on a clock that never goes back */
  take(fingerprint: string, now: number): boolean {
    this.#times = this.#times.filter((at) => now - at < hourMillis)
    for (const [known, at] of this.#captures) if (now - at >= perStatementMillis) this.#captures.delete(known)
    if (this.#times.length >= perHour || this.#captures.has(fingerprint)) return false
    this.#times.push(now)
    this.#captures.set(fingerprint, now)
    return true
  }
}
