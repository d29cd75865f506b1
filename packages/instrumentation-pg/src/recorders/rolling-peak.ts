const slotMillis = 5_000
/** One more than a minute has: the oldest is only partly within it. */
const slots = 13

/** The highest value of the last minute, or up to 5 s more; in 13 numbers, without allocating. */
export class RollingPeak {
  readonly #peaks: number[] = new Array(slots).fill(0)
  #slot: number
  #value = 0

  /** @param now milliseconds on the clock of all calls. */
  constructor(now: number) {
    this.#slot = Math.floor(now / slotMillis)
  }

  /** The value from now on. */
  set(value: number, now: number): void {
    this.#advance(now)
    this.#value = value
    const at = this.#slot % slots
    if (value > (this.#peaks[at] ?? 0)) this.#peaks[at] = value
  }

  at(now: number): number {
    this.#advance(now)
    return Math.max(...this.#peaks)
  }

  /** What held when a slot began is the least that it has. */
  #advance(now: number): void {
    const slot = Math.floor(now / slotMillis)
    if (slot === this.#slot) return
    for (let next = Math.max(this.#slot + 1, slot - slots + 1); next <= slot; next++) {
      this.#peaks[next % slots] = this.#value
    }
    this.#slot = slot
  }
}
