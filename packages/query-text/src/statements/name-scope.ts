const MAX_NAMES = 64

/** The names of common table expressions that can be seen at a place, by hash; at most 64. */
export class NameScope {
  readonly #lanesA = new Int32Array(MAX_NAMES)
  readonly #lanesB = new Int32Array(MAX_NAMES)
  #size = 0

  /** How many names there are. */
  get size(): number {
    return this.#size
  }

  add(a: number, b: number): void {
    if (this.#size === MAX_NAMES || this.has(a, b)) return
    this.#lanesA[this.#size] = a
    this.#lanesB[this.#size] = b
    this.#size++
  }

  has(a: number, b: number): boolean {
    for (let at = 0; at < this.#size; at++) {
      if (this.#lanesA[at] === a && this.#lanesB[at] === b) return true
    }
    return false
  }

  /** Forgets the names that were added when there were more than `size`. */
  shrink(size: number): void {
    this.#size = size
  }
}
