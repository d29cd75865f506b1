import type { SlotRole } from '../query-shape.js'
import { ColumnList } from './column-list.js'
import { ColumnReference } from './column-reference.js'

/** What values between two brackets are for. One object per depth is made once and reused. */
export class SlotFrame {
  readonly parent: SlotFrame | undefined
  #child: SlotFrame | undefined
  /** The role and column of a value that nothing is compared with. */
  role: SlotRole = 'other'
  readonly column: ColumnReference = new ColumnReference()
  /** The `AND` of a `BETWEEN` is due. */
  isBetween = false
  /** Where in `SET column = value, …` the text is; `setting` if it is a setting that is set. */
  assignment: 'none' | 'target' | 'value' | 'setting' = 'none'
  /** An `INSERT` stands between these brackets: its columns may follow, or they have been read. */
  insert: 'none' | 'columns' | 'rows' = 'none'
  /**
   * The brackets hold the columns of an `INSERT`; a row of values that belong to columns by their order, or a list of
   * such rows; the arguments of a type; an expression, a list or a row (`group`); or anything else.
   */
  content: 'expression' | 'columns' | 'row' | 'rows' | 'type' | 'group' = 'expression'
  /** How many commas were read. */
  item = 0
  /** How many slots there were when the brackets opened. */
  firstSlot = 0
  /** The columns to which the values between these brackets belong by their order. */
  rowColumns: ColumnList | undefined = undefined
  /** The columns that were read between these brackets as items of a row. */
  readonly items: ColumnList = new ColumnList()
  /** The operand that the brackets of a type interrupt. */
  readonly operand: ColumnReference = new ColumnReference()

  constructor(parent: SlotFrame | undefined) {
    this.parent = parent
  }

  /** The frame one deeper. */
  get child(): SlotFrame {
    this.#child ??= new SlotFrame(this)
    return this.#child
  }

  begin(role: SlotRole): void {
    this.role = role
    this.column.clear()
    this.isBetween = false
    this.assignment = 'none'
    this.insert = 'none'
    this.content = 'expression'
    this.item = 0
    this.rowColumns = undefined
  }

  /** A query begins here: its values are not those that the brackets are for. */
  beginQuery(): void {
    this.role = 'other'
    this.column.clear()
    this.assignment = 'none'
    this.insert = 'none'
    this.content = 'expression'
    this.rowColumns = undefined
  }

  /** The list of assignments ends. */
  endAssignments(): void {
    if (this.assignment === 'none') return
    this.assignment = 'none'
    this.role = 'other'
    this.column.clear()
  }
}
