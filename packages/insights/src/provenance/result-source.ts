import type { QueryResultView, QueryShape } from '@pgspan/lifecycle'
import { type ColumnValues, maximumRows, packedWeights } from './column-values.js'
import type { SourceColumnChoice } from './source-columns.js'

/**
 * One column of the results of a statement: hashes of at most 128 values, the first 64 and the latest 64.
 *
 * A loop in a loop asks for the latest. Where many run at once, all of them have their rows before the first asks.
 */
export class SourceColumn {
  readonly name: string
  /**
   * As {@link ColumnValues.packed} makes them, no longer than needed: most results are never asked for, and whatever
   * lives as long as the unit of work is what collecting garbage costs.
   */
  #values: number[] = []
  #written = 0

  constructor(choice: SourceColumnChoice) {
    this.name = choice.name
  }

  /** How many values are kept. */
  get size(): number {
    return Math.min(this.#written, 2 * maximumRows)
  }

  add(values: ColumnValues): void {
    if (this.#written === 0) {
      this.#values = values.packed()
      this.#written = values.count
      return
    }
    for (let i = 0; i < values.count; i++) {
      this.#values[placeOf(this.#written++)] = values.packedAt(i)
    }
  }

  /** The number of the value in the order of arrival, the latest if it came several times; -1 if it is not there. */
  find(hash: number): number {
    const wanted = hash * packedWeights
    const firstOfLatest = Math.max(maximumRows, this.#written - maximumRows)
    for (let n = this.#written - 1; n >= 0; n--) {
      if (n < firstOfLatest && n >= maximumRows) n = maximumRows - 1
      const value = this.#values[placeOf(n)] ?? 0
      if (value >= wanted && value < wanted + packedWeights) return n
    }
    return -1
  }

  bitsOf(ordinal: number): number {
    return this.#weightOf(ordinal) & 63
  }

  /** 1 if the value is larger than the one before it in its result, -1 if smaller, 0 if it was the first. */
  stepTo(ordinal: number): number {
    return (this.#weightOf(ordinal) >> 6) - 1
  }

  #weightOf(ordinal: number): number {
    return (this.#values[placeOf(ordinal)] ?? 0) % packedWeights
  }
}

/** Where the value of this number stands. */
function placeOf(ordinal: number): number {
  return ordinal < maximumRows ? ordinal : maximumRows + (ordinal % maximumRows)
}

/**
 * The results of one statement in one unit of work, as a possible source of what later queries ask for.
 *
 * Results of the same statement share one source, so that a statement that runs per row of another (orders, then
 * the items of each) does not push out its own earlier results.
 */
export class ResultSource {
  readonly shape: QueryShape
  readonly columns: readonly SourceColumn[]
  /** How many results there were, and their rows in all. */
  results = 0
  rows = 0
  readonly #choices: readonly SourceColumnChoice[]

  constructor(shape: QueryShape, choices: readonly SourceColumnChoice[]) {
    this.shape = shape
    this.#choices = choices
    this.columns = choices.map((choice) => new SourceColumn(choice))
  }

  /**
   * Reads the rows during the call.
   *
   * @param echo the hash of what the statement asked for: a column with no other value only repeats it.
   */
  add(result: QueryResultView, echo: number, scratch: ColumnValues): void {
    this.results++
    this.rows += result.rows.length
    for (let i = 0; i < this.#choices.length; i++) {
      const choice = this.#choices[i]
      if (choice === undefined) continue
      scratch.read(result.rows, choice.index, choice.name, choice.type, choice.isIdentity)
      const isEcho = scratch.count === 1 && scratch.hashes[0] === echo
      if (!isEcho) this.columns[i]?.add(scratch)
    }
  }
}
