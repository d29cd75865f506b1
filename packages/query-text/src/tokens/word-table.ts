import { hashWord } from './word-hash.js'

/**
 * An immutable map from words to values that is asked with a word's hash, so that no string is made to ask.
 *
 * Both lanes must agree; a foreign word is taken for a listed one with a probability of about 2⁻⁵⁶.
 */
export class WordTable<Value> {
  readonly #lanesA: Int32Array
  readonly #lanesB: Int32Array
  readonly #values: (Value | undefined)[]
  readonly #mask: number

  constructor(entries: readonly (readonly [word: string, value: Value])[]) {
    let size = 16
    while (size < entries.length * 4) size *= 2
    this.#mask = size - 1
    this.#lanesA = new Int32Array(size)
    this.#lanesB = new Int32Array(size)
    this.#values = new Array<Value | undefined>(size).fill(undefined)
    for (const [word, value] of entries) this.#add(word, value)
  }

  get(a: number, b: number): Value | undefined {
    let slot = (a ^ (a >>> 15)) & this.#mask
    for (;;) {
      const value = this.#values[slot]
      if (value === undefined) return undefined
      if (this.#lanesA[slot] === a && this.#lanesB[slot] === b) return value
      slot = (slot + 1) & this.#mask
    }
  }

  #add(word: string, value: Value): void {
    const { a, b } = hashWord(word.toLowerCase())
    let slot = (a ^ (a >>> 15)) & this.#mask
    while (this.#values[slot] !== undefined) slot = (slot + 1) & this.#mask
    this.#lanesA[slot] = a
    this.#lanesB[slot] = b
    this.#values[slot] = value
  }
}
