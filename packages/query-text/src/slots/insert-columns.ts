import type { ColumnReference } from './column-reference.js'

const MAX_COLUMNS = 128

/** The columns of `INSERT INTO t (a, b)`, to which the values of a row belong by their order; the first 128. */
export class InsertColumns {
  readonly #starts = new Int32Array(MAX_COLUMNS)
  readonly #ends = new Int32Array(MAX_COLUMNS)
  #size = 0

  clear(): void {
    this.#size = 0
  }

  /** Notes the name at `[start, end)` as the column of the given item, unless the item has a name. */
  add(item: number, start: number, end: number): void {
    if (item !== this.#size || item >= MAX_COLUMNS) return
    this.#starts[item] = start
    this.#ends[item] = end
    this.#size++
  }

  /** Puts the column of an item into `column`. */
  copyTo(column: ColumnReference, item: number): void {
    const start = this.#starts[item]
    const end = this.#ends[item]
    if (item < this.#size && start !== undefined && end !== undefined) column.set(start, end)
    else column.clear()
  }
}
