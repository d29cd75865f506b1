import { placeOf } from './hash-set.js'

const places = 64
/** Half full at most. A statement with more different values is no duplicate of itself. */
const maximumEntries = 32

/**
 * Counts equal executions of one statement, by the hash of all their values.
 *
 * An epoch names a state of the statement's tables: a count starts again when they were written to.
 */
export class RepeatTable {
  readonly #hashes: Uint32Array = new Uint32Array(places)
  readonly #counts: Uint32Array = new Uint32Array(places)
  readonly #epochs: Uint32Array = new Uint32Array(places)
  #size = 0
  #highest = 0

  /** The highest count that any values have reached. */
  get highest(): number {
    return this.#highest
  }

  /** Returns how often these values were counted in this epoch; 0 if the table is full. */
  count(hash: number, epoch: number): number {
    const place = placeOf(this.#hashes, hash)
    if (this.#hashes[place] !== hash) {
      if (this.#size === maximumEntries) return 0
      this.#size++
      this.#hashes[place] = hash
    }
    const count = this.#epochs[place] === epoch ? (this.#counts[place] ?? 0) + 1 : 1
    this.#epochs[place] = epoch
    this.#counts[place] = count
    if (count > this.#highest) this.#highest = count
    return count
  }
}
