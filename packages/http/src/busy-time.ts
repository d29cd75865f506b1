/**
 * How long at least one of several overlapping activities went on: two queries side by side for 10 ms are 10 ms.
 *
 * Milliseconds on the monotonic clock.
 */
export class BusyTime {
  #active = 0
  #since = 0
  #millis = 0

  /** Must be followed by one {@link leave}. */
  enter(now: number): void {
    if (this.#active++ === 0) this.#since = now
  }

  leave(now: number): void {
    if (this.#active === 0 || --this.#active > 0) return
    this.#millis += Math.max(0, now - this.#since)
  }

  /** What goes on at `now` is counted as far as it got. */
  millisAt(now: number): number {
    return this.#active === 0 ? this.#millis : this.#millis + Math.max(0, now - this.#since)
  }
}
