import type { ParameterSlot } from '../query-shape.js'
import { isComparisonToken, isValueClauseToken } from '../tokens/keyword-readers.js'
import { OPERAND } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import { ColumnList } from './column-list.js'
import { ColumnReference } from './column-reference.js'
import { Comparison } from './comparison.js'
import { SlotFrame } from './slot-frame.js'
import { applyClauseWord, applyComparisonWord } from './slot-keywords.js'

const MAX_DEPTH = 64

/** Finds out what each value of a text is for: which column it is compared with or written to, and how. */
export class SlotTracker {
  readonly #token: Token
  readonly #comparison: Comparison
  readonly #insertColumns = new ColumnList()
  readonly #insertColumn = new ColumnReference()
  readonly #root = new SlotFrame(undefined)
  #frame: SlotFrame = this.#root
  #depth = 0

  constructor(token: Token) {
    this.#token = token
    this.#comparison = new Comparison(token)
  }

  begin(): void {
    this.#comparison.begin()
    this.#beginStatement()
  }

  /** Hands the slots over. */
  takeSlots(): ParameterSlot[] {
    return this.#comparison.takeSlots()
  }

  endStatement(): void {
    this.#comparison.end(this.#frame)
    this.#beginStatement()
  }

  #beginStatement(): void {
    this.#depth = 0
    this.#frame = this.#root
    this.#root.begin('other')
    this.#comparison.end(this.#root)
  }

  /** Sees a literal or a parameter; `literalStart` is where a literal begins, with its sign. */
  seeValue(parameter: number, literalStart: number): void {
    this.#comparison.readValue(parameter, literalStart)
  }

  /** Sees a name, or a word that can be one. */
  seeName(): void {
    const frame = this.#frame
    if (frame.content === 'columns') {
      this.#insertColumn.set(this.#token.start, this.#token.end)
      this.#insertColumns.add(frame.item, this.#insertColumn)
    } else if (this.#token.keyword === 'INSERT') {
      frame.insert = 'columns'
      this.#insertColumns.clear()
    }
    this.#comparison.readName()
  }

  /** Sees `::`. */
  seeCast(): void {
    this.#comparison.beginType()
  }

  seeOperator(): void {
    const { meaning, followsOperand } = this.#token
    const frame = this.#frame
    if (meaning === 'sign' || meaning === 'other' || frame.assignment === 'setting') {
      if (meaning === 'sign' && !followsOperand) return
      this.#comparison.combine(frame)
    } else if (meaning === 'eq' && frame.assignment === 'target') this.#comparison.assign(frame)
    else this.#comparison.compare(meaning)
  }

  seeComma(): void {
    const frame = this.#frame
    if (frame.content === 'group') this.#endItem(frame)
    frame.item++
    frame.rowColumns?.copyTo(frame.column, frame.item)
    if (frame.assignment === 'value') {
      frame.endAssignments()
      frame.assignment = 'target'
    }
    this.#comparison.end(frame)
  }

  /** Ends an item of what turns out to be a list or a row. */
  #endItem(frame: SlotFrame): void {
    this.#comparison.addItem(frame.items, frame.item)
    if (frame.role === 'in' || !frame.column.isSet) return
    frame.column.clear()
    this.#comparison.amendRow(frame.firstSlot)
  }

  /** Sees an opening bracket; `isRow` if it opens a row of `VALUES`. */
  open(isRow: boolean): void {
    const comparison = this.#comparison
    this.#depth++
    if (this.#token.followsIdentifier && !comparison.isType) comparison.amendWithoutColumn()
    if (this.#depth > MAX_DEPTH) return
    const parent = this.#frame
    const child = parent.child
    if (isRow) this.#beginRow(parent, child)
    else if (comparison.isType) {
      child.begin('other')
      child.content = 'type'
      child.operand.copy(comparison.operand)
    } else if (this.#isColumnList(parent)) {
      child.begin('other')
      child.content = 'columns'
      parent.insert = 'rows'
    } else if (this.#inherits()) this.#beginGroup(parent, child)
    else child.begin(this.#token.kind === TokenKind.OpenSquare ? 'other' : 'argument')
    this.#frame = child
    comparison.end(child)
  }

  close(): void {
    if (this.#depth === 0) return
    this.#depth--
    if (this.#depth >= MAX_DEPTH) return
    const closed = this.#frame
    if (closed.parent === undefined) return
    const isRow = closed.content === 'group' && closed.item > 0
    if (isRow) this.#endItem(closed)
    this.#comparison.end(closed)
    this.#frame = closed.parent
    this.#comparison.end(closed.parent)
    if (closed.content === 'type') this.#comparison.restore(closed.operand)
    else if (isRow && closed.items.size === closed.item + 1) this.#comparison.readRow(closed.items)
  }

  #beginRow(parent: SlotFrame, child: SlotFrame): void {
    const isInserted = parent.insert !== 'none'
    child.begin(isInserted ? 'value' : 'other')
    if (isInserted) beginRowOf(this.#insertColumns, child)
  }

  /** The brackets hold what a value without brackets could be, or a row or list of such values. */
  #beginGroup(parent: SlotFrame, child: SlotFrame): void {
    const { role, column, row } = this.#comparison
    const { previousKind, previousKeyword } = this.#token
    child.begin(role)
    child.items.clear()
    const isItem = previousKind === TokenKind.OpenRound || previousKind === TokenKind.Comma
    if (parent.content === 'rows' && isItem && parent.rowColumns !== undefined) {
      beginRowOf(parent.rowColumns, child)
    } else if (row !== undefined && previousKeyword === 'IN') {
      child.content = 'rows'
      child.items.copy(row)
      child.rowColumns = child.items
    } else if (row !== undefined && (previousKind === TokenKind.Operator || previousKeyword === 'ROW')) {
      child.items.copy(row)
      beginRowOf(child.items, child)
    } else {
      if (this.#token.kind === TokenKind.OpenRound) child.content = 'group'
      child.firstSlot = this.#comparison.slotCount
      child.column.copy(column)
    }
  }

  #isColumnList(parent: SlotFrame): boolean {
    return parent.insert === 'columns' && this.#token.followsIdentifier
  }

  /** The brackets only group: what they hold is for what a value without brackets would be for. */
  #inherits(): boolean {
    if (!this.#token.followsIdentifier) return true
    const { previousKeyword } = this.#token
    if (previousKeyword === 'CAST' || previousKeyword === 'ROW') return true
    return previousKeyword === 'FIRST' || previousKeyword === 'NEXT'
  }

  /** Sees a reserved word, or one that is a value. */
  seeKeyword(): void {
    const token = this.#token
    if ((token.traits & OPERAND) !== 0) {
      this.#comparison.readConstant()
      return
    }
    if (isComparisonToken(token) && applyComparisonWord(token, this.#frame, this.#comparison)) return
    this.#comparison.end(this.#frame)
    if (isValueClauseToken(token)) applyClauseWord(token, this.#frame, this.#comparison)
  }
}

/** Begins a row of values that belong to `columns`. */
function beginRowOf(columns: ColumnList, frame: SlotFrame): void {
  frame.content = 'row'
  frame.rowColumns = columns
  columns.copyTo(frame.column, 0)
}
