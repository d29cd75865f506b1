import type { Random } from '../support/random.js'

/** An identifier as an application holds it. */
export type Id = number | string

export type IdType = 'int' | 'bigint' | 'uuid' | 'text'

/**
 * How the ids of a table lie: anywhere in a range of the table's own, without gaps in one, or 1, 2, 3 in all tables.
 * UUIDs and texts only know the first.
 */
export type IdRange = 'scattered' | 'dense' | 'colliding'

/** Makes the ids of one variant. */
export class Identifiers {
  readonly type: IdType
  readonly #range: IdRange
  readonly #random: Random
  #base = 20_000

  constructor(type: IdType, range: IdRange, random: Random) {
    this.type = type
    this.#range = range
    this.#random = random
  }

  /** The type in SQL. */
  get sqlType(): string {
    return this.type
  }

  /**
   * Distinct ids for one table, in no order; as the driver would give them.
   *
   * @param after numbers are larger than this one.
   */
  make(count: number, prefix: string, after = 0): Id[] {
    if (this.type === 'uuid') return Array.from({ length: count }, () => this.#uuid())
    if (this.type === 'text') return Array.from({ length: count }, () => `${prefix}_${this.#letters(10)}`)
    const numbers = this.#random.shuffled(this.#numbers(count)).map((number) => number + after)
    return this.type === 'bigint' ? numbers.map(String) : numbers
  }

  #numbers(count: number): number[] {
    if (this.#range === 'colliding') return Array.from({ length: count }, (_, i) => i + 1)
    const base = this.#base
    if (this.#range === 'dense') {
      this.#base += count + 1_000
      return Array.from({ length: count }, (_, i) => base + i)
    }
    const numbers = new Set<number>()
    while (numbers.size < count) numbers.add(base + this.#random.below(count * 1_000))
    this.#base += count * 1_000
    return [...numbers]
  }

  #uuid(): string {
    const hex = this.#letters(32, '0123456789abcdef')
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `a${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-')
  }

  #letters(length: number, alphabet = 'abcdefghijkmnpqrstuvwxyz0123456789'): string {
    return Array.from({ length }, () => alphabet[this.#random.below(alphabet.length)]).join('')
  }
}
