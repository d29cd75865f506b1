import type { ParameterSlot, SlotRole } from '../query-shape.js'
import { BOUNDARY } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import { ColumnList } from './column-list.js'
import { ColumnReference } from './column-reference.js'
import { literalText } from './literal-text.js'
import type { SlotFrame } from './slot-frame.js'
import { isComparison, NO_SLOT, SlotList } from './slot-list.js'

const { Word, Operator, OpenRound, Comma, Dot } = TokenKind

/** The operands and the operator that were read last, and the slots that come out of them. */
export class Comparison {
  readonly #token: Token
  readonly #slots = new SlotList()
  #role: SlotRole = 'other'
  #column: ColumnReference
  /** The column that was read last, as long as it can be an operand. */
  readonly #operand = new ColumnReference()
  /** Nothing else belongs to the operand, unlike in `a + b = $1`. */
  #operandIsWhole = false
  /** The left operand of a comparison. */
  readonly #left = new ColumnReference()
  readonly #noColumn = new ColumnReference()
  /** The row of columns that was read last, and whether it is the left operand of what follows. */
  readonly #row = new ColumnList()
  #isAfterRow = false
  #isRowCompared = false
  /** The slot that was read last, and the same if it can be the left operand of a comparison. */
  #lastSlot = NO_SLOT
  #leftSlot = NO_SLOT
  /** The slot whose column is due, as in `$1 = column`. */
  #reversedSlot = NO_SLOT
  #reversedRole: SlotRole = 'other'
  /** A type or a collation is read: names in it are no columns. */
  #isType = false

  constructor(token: Token) {
    this.#token = token
    this.#column = this.#noColumn
  }

  begin(): void {
    this.#slots.begin()
    this.#reversedSlot = NO_SLOT
  }

  /** Hands the slots over. */
  takeSlots(): ParameterSlot[] {
    return this.#slots.take()
  }

  /** What the next value is for. */
  get role(): SlotRole {
    return this.#role
  }

  /** The column that the next value is compared with or written to. */
  get column(): ColumnReference {
    return this.#column
  }

  get operand(): ColumnReference {
    return this.#operand
  }

  get isType(): boolean {
    return this.#isType
  }

  get slotCount(): number {
    return this.#slots.size
  }

  /** The row of columns that the next value is compared with. */
  get row(): ColumnList | undefined {
    return this.#isRowCompared ? this.#row : undefined
  }

  /** What was read before is over; values are for what the frame is for. */
  end(frame: SlotFrame): void {
    if (this.#reversedSlot !== NO_SLOT && this.#operand.isSet) this.#amendReversed(this.#operand)
    this.#reversedSlot = NO_SLOT
    this.#role = frame.role
    this.#column = frame.column
    this.#isRowCompared = false
    this.#forgetOperand()
  }

  /** The next value is for `role`, whatever was read. */
  expect(role: SlotRole): void {
    this.#role = role
    this.#column = this.#noColumn
  }

  /** A type or a collation follows the operand. */
  beginType(): void {
    this.#isType = true
  }

  /** Reads a value that makes no slot, such as `NULL`. */
  readConstant(): void {
    this.#forgetOperand()
  }

  readName(): void {
    if (this.#isType) return
    const { start, end, previousKind, followsIdentifier } = this.#token
    this.#leftSlot = NO_SLOT
    if (previousKind === Dot) this.#operand.qualify(start, end)
    else {
      this.#operand.set(start, end)
      this.#operandIsWhole = previousKind !== Operator && !followsIdentifier
    }
  }

  /** Adds the operand as the given item of a row, if it is a column. */
  addItem(items: ColumnList, item: number): void {
    if (this.#operandIsWhole) items.add(item, this.#operand)
  }

  /** A row of columns was read, which may be the left operand of a comparison. */
  readRow(row: ColumnList): void {
    this.#row.copy(row)
    this.#isAfterRow = true
  }

  /** Reads an operator that compares nothing: what stands beside it is a part of a larger operand. */
  combine(frame: SlotFrame): void {
    this.amendWithoutColumn()
    if (this.#slots.compares(this.#lastSlot)) {
      this.#slots.amend(this.#lastSlot, 'other', this.#noColumn, this.#token.text)
    }
    this.end(frame)
    if (isComparison(frame.role)) this.expect('other')
  }

  /** The values since the given slot turned out to be a row, of which none is compared with one column. */
  amendRow(firstSlot: number): void {
    this.#slots.dropColumns(firstSlot)
  }

  /** What a value is compared with turned out to be more than a column. */
  amendWithoutColumn(): void {
    if (this.#reversedSlot !== NO_SLOT) this.#amendReversed(this.#noColumn)
  }

  /** Reads an operator, or a word such as `IN`, that compares the operand with what follows. */
  compare(role: SlotRole): void {
    this.#reversedSlot = this.#leftSlot
    this.#reversedRole = role
    this.#isRowCompared = this.#isAfterRow
    if (this.#operandIsWhole) this.#left.copy(this.#operand)
    else this.#left.clear()
    this.resume(role)
  }

  /** Compares with the left operand of the last comparison, as behind the `AND` of a `BETWEEN`. */
  resume(role: SlotRole): void {
    this.#role = role
    this.#column = this.#left
    this.#forgetOperand()
  }

  /** The right operand is one of several values, as in `= ANY (…)`. */
  compareWithSeveral(role: SlotRole): void {
    this.#role = role
    this.#reversedSlot = NO_SLOT
  }

  /** The operand is a column, or a row of them, that the values up to the next comma are written to. */
  assign(frame: SlotFrame): void {
    frame.assignment = 'value'
    frame.role = 'set'
    frame.column.copy(this.#operand)
    const isRow = this.#isAfterRow
    this.end(frame)
    this.#isRowCompared = isRow
  }

  /** Reads a value: the number of a parameter, or 0 and where the literal begins. */
  readValue(parameter: number, literalStart: number): void {
    const token = this.#token
    if (this.#reversedSlot !== NO_SLOT) {
      // Two values are compared with each other, as in `1 = 1`.
      this.#reversedSlot = NO_SLOT
      this.expect('other')
    }
    // `POSITION('x' IN $1)`: what `IN` compares with stands in brackets.
    if (token.previousKeyword === 'IN') this.expect('other')
    this.#forgetOperand()
    if (this.#slots.isFull) return
    this.#lastSlot = this.#slots.size
    if (canBeLeft(token)) this.#leftSlot = this.#lastSlot
    const literal = parameter === 0 ? literalText(token, literalStart) : undefined
    this.#slots.add(this.#role, this.#column, token.text, parameter, literal)
  }

  /** Puts an operand back that the brackets of its type interrupted. */
  restore(operand: ColumnReference): void {
    this.#operand.copy(operand)
    this.#operandIsWhole = true
    this.#isType = true
  }

  #forgetOperand(): void {
    this.#operand.clear()
    this.#operandIsWhole = false
    this.#isAfterRow = false
    this.#lastSlot = NO_SLOT
    this.#leftSlot = NO_SLOT
    this.#isType = false
  }

  #amendReversed(column: ColumnReference): void {
    this.#slots.amend(this.#reversedSlot, this.#reversedRole, column, this.#token.text)
    this.#reversedSlot = NO_SLOT
  }
}

/** A value at the begin of an expression; not the `$1` of `a + $1`. */
function canBeLeft(token: Token): boolean {
  const { previousKind } = token
  if (previousKind === Word) return (token.previousTraits & BOUNDARY) !== 0
  return previousKind === OpenRound || previousKind === Comma
}
