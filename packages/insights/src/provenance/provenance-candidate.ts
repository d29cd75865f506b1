import type { ResultSource, SourceColumn } from './result-source.js'

/** What one column of an earlier result has to do with the values that a repeated statement asks for. */
export class ProvenanceCandidate {
  readonly source: ResultSource
  readonly column: SourceColumn
  /** How many distinct values of the statement were found in the column before they were asked for. */
  hits = 0
  /** Evidence by the values: the chance that an unrelated value is in the column is 2 to the power of minus this. */
  valueBits = 0
  /** Values asked for right after the value of the row before, the value being larger, or smaller. */
  rises = 0
  falls = 0
  /** Values asked for right after the value that came before, in whatever result. */
  follows = 0
  #lastOrdinal = -2

  constructor(source: ResultSource, column: SourceColumn) {
    this.source = source
    this.column = column
  }

  isOf(source: ResultSource, column: SourceColumn): boolean {
    return this.column.name === column.name && this.source.shape.fingerprint === source.shape.fingerprint
  }

  hit(ordinal: number): void {
    this.hits++
    // Results of the same statement lie among each other: the more of them, the denser.
    const density = Math.ceil(Math.log2(this.source.results))
    this.valueBits += Math.max(0, this.column.bitsOf(ordinal) - density)
    if (ordinal === this.#lastOrdinal + 1) {
      this.follows++
      const step = this.column.stepTo(ordinal)
      if (step > 0) this.rises++
      if (step < 0) this.falls++
    }
    this.#lastOrdinal = ordinal
  }
}
