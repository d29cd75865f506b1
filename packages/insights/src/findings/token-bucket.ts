/** Lets through so many per second, and at most as many at once. */
export class TokenBucket {
  readonly #perSecond: number
  #tokens: number
  #filledAt: number

  /** @param now milliseconds on the clock that {@link take} is called with. */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#filledAt = now
  }

  take(now: number): boolean {
    const gained = Math.max(0, (now - this.#filledAt) / 1_000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
