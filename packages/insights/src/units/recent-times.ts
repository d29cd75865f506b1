/** Remembers, per key, when the latest few of something happened: to tell a single case from a repeated one. */
export class RecentTimes {
  readonly #windowMillis: number
  readonly #wanted: number
  readonly #maximumKeys: number
  readonly #times: Map<string, number[]> = new Map()

  constructor(windowMillis: number, wanted: number, maximumKeys: number) {
    this.#windowMillis = windowMillis
    this.#wanted = wanted
    this.#maximumKeys = maximumKeys
  }

  /** Records one at `now`; true if it is at least the wanted number within the window. */
  isFrequent(key: string, now: number): boolean {
    const times = this.#times.get(key) ?? []
    this.#times.delete(key)
    times.push(now)
    if (times.length > this.#wanted) times.shift()
    this.#times.set(key, times)
    if (this.#times.size > this.#maximumKeys) this.#dropOldest()
    return times.length === this.#wanted && now - (times[0] ?? now) <= this.#windowMillis
  }

  #dropOldest(): void {
    for (const key of this.#times.keys()) {
      this.#times.delete(key)
      return
    }
  }
}
