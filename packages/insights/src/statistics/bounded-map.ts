/** The key that figures of too many keys come together under. */
export const otherKey = '_OTHER'

/** A map with a limit: what comes when it is full shares one entry, {@link otherKey}. */
export class BoundedMap<Entry> {
  readonly #entries: Map<string, Entry> = new Map()
  readonly #limit: number
  readonly #make: (key: string) => Entry

  constructor(limit: number, make: (key: string) => Entry) {
    this.#limit = limit
    this.#make = make
  }

  get(key: string): Entry {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    if (this.#entries.size >= this.#limit && key !== otherKey) return this.get(otherKey)
    const entry = this.#make(key)
    this.#entries.set(key, entry)
    return entry
  }

  /** Undefined if there is no entry of its own. */
  peek(key: string): Entry | undefined {
    return this.#entries.get(key)
  }

  get values(): readonly Entry[] {
    return [...this.#entries.values()]
  }
}
