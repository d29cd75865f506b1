import { small } from '../provenance/value-hash.js'

/** A statement with more different values is no duplicate of itself. */
const maximumEntries = 32
/** An entry holds the hash, the count and the epoch of the values. */
const width = 3

/**
 * Counts equal executions of one statement, by the hash of all their values.
 *
 * An epoch names a state of the statement's tables: a count starts again when they were written to.
 */
export class RepeatTable {
  // An ordinary array that grows: most statements have few values, for which a typed one costs too much.
  readonly #table: number[]
  #highest: number

  /** What was counted before: one hash in one epoch. */
  constructor(hash: number, epoch: number, count: number) {
    this.#table = [small(hash), count, epoch]
    this.#highest = count
  }

  /** The highest count that any values have reached. */
  get highest(): number {
    return this.#highest
  }

  /** Returns how often these values were counted in this epoch; 0 if the table is full. */
  count(hash: number, epoch: number): number {
    const table = this.#table
    const at = this.#placeOf(small(hash))
    if (at === table.length) {
      if (at === width * maximumEntries) return 0
      table.push(small(hash), 0, epoch)
    }
    const count = table[at + 2] === epoch ? (table[at + 1] ?? 0) + 1 : 1
    table[at + 1] = count
    table[at + 2] = epoch
    if (count > this.#highest) this.#highest = count
    return count
  }

  #placeOf(hash: number): number {
    const table = this.#table
    let at = 0
    while (at < table.length && table[at] !== hash) at += width
    return at
  }
}
