const other = '_OTHER'

/** At most so many different values; all others are one. */
export class BoundedValues {
  readonly #limit: number
  readonly #known: Set<string> = new Set()

  constructor(limit: number) {
    this.#limit = limit
  }

  take(value: string): string {
    if (this.#known.has(value)) return value
    if (this.#known.size >= this.#limit) return other
    this.#known.add(value)
    return value
  }
}
