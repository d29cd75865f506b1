const maximumEntries = 500

/**
 * Remembers, over units of work, which values a statement was repeated with.
 *
 * The same small numbers or words in every request may stand in the code; once they are others, they came with the
 * request. Holds the 500 latest statements.
 */
export class ConstantWatch {
  readonly #sums: Map<string, number | 'different'> = new Map()

  /**
   * Records one unit of work; true once two of them had different values.
   *
   * @param keySum the same for the same values.
   */
  hasVaried(key: string, keySum: number): boolean {
    const known = this.#sums.get(key)
    this.#sums.delete(key)
    const now = known === undefined || known === keySum ? keySum : 'different'
    this.#sums.set(key, now)
    if (this.#sums.size > maximumEntries) this.#dropOldest()
    return now === 'different'
  }

  #dropOldest(): void {
    for (const key of this.#sums.keys()) {
      this.#sums.delete(key)
      return
    }
  }
}
