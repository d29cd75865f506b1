const maximumKeys = 32
const otherKey = '_OTHER'

/** How often each key was counted; at most 32 keys, all others together. */
export class BoundedCounts {
  readonly #counts: Map<string, number>

  /** @param keys that are there from the beginning, with 0. */
  constructor(keys: readonly string[] = []) {
    this.#counts = new Map(keys.map((key) => [key, 0]))
  }

  add(key: string, count = 1): void {
    const bounded = this.#counts.has(key) || this.#counts.size < maximumKeys ? key : otherKey
    this.#counts.set(bounded, (this.#counts.get(bounded) ?? 0) + count)
  }

  entries(): Iterable<[key: string, count: number]> {
    return this.#counts.entries()
  }

  addAll(other: BoundedCounts): void {
    for (const [key, count] of other.entries()) this.add(key, count)
  }
}
