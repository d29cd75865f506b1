const places = 64
/** Half full at most. A statement with more different values is no duplicate of itself. */
const maximumEntries = 32
/** A place holds the hash, the count and the epoch of the values; a hash is never 0. */
const width = 3

/**
 * Counts equal executions of one statement, by the hash of all their values.
 *
 * An epoch names a state of the statement's tables: a count starts again when they were written to.
 */
export class RepeatTable {
  readonly #table: Uint32Array = new Uint32Array(width * places)
  #size = 0
  #highest = 0

  /** The highest count that any values have reached. */
  get highest(): number {
    return this.#highest
  }

  /** Returns how often these values were counted in this epoch; 0 if the table is full. */
  count(hash: number, epoch: number): number {
    const table = this.#table
    const at = this.#placeOf(hash)
    if (table[at] !== hash) {
      if (this.#size === maximumEntries) return 0
      this.#size++
      table[at] = hash
    }
    const count = table[at + 2] === epoch ? (table[at + 1] ?? 0) + 1 : 1
    table[at + 1] = count
    table[at + 2] = epoch
    if (count > this.#highest) this.#highest = count
    return count
  }

  #placeOf(hash: number): number {
    const table = this.#table
    let place = hash & (places - 1)
    while (table[width * place] !== 0 && table[width * place] !== hash) place = (place + 1) & (places - 1)
    return width * place
  }
}
