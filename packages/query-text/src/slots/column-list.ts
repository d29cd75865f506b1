import { ColumnReference } from './column-reference.js'

const MAX_COLUMNS = 128

/**
 * Columns in order, to which the values of a row belong by theirs: of `INSERT INTO t (a, b)`, or of the `(a, b)` in
 * `(a, b) = ($1, $2)`; the first 128.
 */
export class ColumnList {
  /** Made once each and reused. */
  readonly #columns: ColumnReference[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  clear(): void {
    this.#size = 0
  }

  copy(other: ColumnList): void {
    this.clear()
    for (let item = 0; item < other.size; item++) this.add(item, other.#columns[item])
  }

  /** Notes the column of the given item, unless the item has one. */
  add(item: number, column: ColumnReference | undefined): void {
    if (column === undefined || item !== this.#size || item >= MAX_COLUMNS) return
    let known = this.#columns[item]
    if (known === undefined) {
      known = new ColumnReference()
      this.#columns.push(known)
    }
    known.copy(column)
    this.#size++
  }

  /** Puts the column of an item into `column`. */
  copyTo(column: ColumnReference, item: number): void {
    const known = item < this.#size ? this.#columns[item] : undefined
    if (known === undefined) column.clear()
    else column.copy(known)
  }
}
