import type { ScanOutputs } from './scan-outputs.js'
import type { SlotTracker } from './slots/slot-tracker.js'
import type { StatementTracker } from './statements/statement-tracker.js'
import type { FingerprintLanes } from './text/fingerprint-lanes.js'
import type { ListCollapser } from './text/list-collapser.js'
import type { MaskedNames } from './text/masked-names.js'
import type { SanitizedTextWriter } from './text/sanitized-text-writer.js'
import { isValueKeyword } from './text/value-keyword.js'
import { BOUNDARY, OPERAND } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'

/** Words with one of these are no names. */
const NO_NAME = BOUNDARY | OPERAND
/** As in the module that it comes from; there it is a property of an object. */
const IS_OPERAND = OPERAND
const MASK = '?'
const NONE = -1

/**
 * Sees words, names, literals, parameters and operators, decides which of them are values, masks those, and hands
 * every one on to those who make something of it.
 */
export class ValueMasker {
  /** A literal or a name was masked. */
  hasLiterals = false
  /** A `$n` was seen. */
  hasParameters = false
  readonly #token: Token
  readonly #writer: SanitizedTextWriter
  readonly #lanes: FingerprintLanes
  readonly #lists: ListCollapser
  readonly #maskedNames: MaskedNames
  readonly #statements: StatementTracker
  readonly #slots: SlotTracker
  valueCount = 0
  #withSlots = false
  /** Where a sign stands that belongs to the number behind it, if a number stands there. */
  #signStart = NONE
  #signA = 0
  #signB = 0

  constructor(token: Token, outputs: ScanOutputs) {
    this.#token = token
    this.#writer = outputs.writer
    this.#lanes = outputs.lanes
    this.#lists = outputs.lists
    this.#maskedNames = outputs.maskedNames
    this.#statements = outputs.statements
    this.#slots = outputs.slots
  }

  /** @param withSlots somebody wants to know what the values are for */
  begin(withSlots: boolean): void {
    this.#withSlots = withSlots
    this.hasLiterals = false
    this.hasParameters = false
    this.valueCount = 0
    this.#signStart = NONE
  }

  /** Adds a sign to the fingerprint that turned out to stand before no number. */
  addSign(): void {
    if (this.#signStart === NONE) return
    this.#signStart = NONE
    this.#lanes.add(this.#signA, this.#signB)
  }

  /** Sees a word without quotes. */
  seeWord(): void {
    const token = this.#token
    const { traits } = token
    if ((traits & NO_NAME) === 0) this.seeName()
    else if (this.#maskedNames.isActive && this.#maskedNames.hides(token)) this.#mask(token.start)
    else {
      if ((traits & IS_OPERAND) !== 0 && this.#isValue()) this.#maskKeyword()
      else this.#addToken()
      this.#statements.seeWord()
      if (this.#withSlots) this.#slots.seeKeyword()
    }
  }

  /** Sees a name, quoted or not. */
  seeName(): void {
    const token = this.#token
    if (this.#maskedNames.isActive && this.#maskedNames.hides(token)) this.#mask(token.start)
    else {
      this.#addToken()
      this.#statements.seeWord()
      if (this.#withSlots) this.#slots.seeName()
    }
  }

  /** Sees a string or a number. */
  seeLiteral(): void {
    const start = this.#signStart === NONE ? this.#token.start : this.#signStart
    this.#signStart = NONE
    this.valueCount++
    this.#mask(start)
    this.#statements.seeOther()
    if (this.#withSlots) this.#slots.seeValue(0, start)
  }

  seeParameter(): void {
    this.hasParameters = true
    this.valueCount++
    this.#lanes.addValue()
    this.#lists.countParameter()
    this.#statements.seeOther()
    if (this.#withSlots) this.#slots.seeValue(this.#token.parameter, 0)
  }

  seeOperator(): void {
    const token = this.#token
    if (this.#maskedNames.isActive) this.#maskedNames.hides(token)
    if (token.meaning === 'sign' && !token.followsOperand) {
      this.#signStart = token.start
      this.#signA = token.hashA
      this.#signB = token.hashB
    } else this.#addToken()
    this.#statements.seeOther()
    if (this.#withSlots) this.#slots.seeOperator()
  }

  /** The word is `NULL`, `TRUE` or `FALSE` as a value. */
  #isValue(): boolean {
    return isValueKeyword(this.#token) && !this.#statements.state.isDefinition
  }

  #maskKeyword(): void {
    this.#writer.replace(this.#token.start, this.#token.end, MASK)
    this.#lanes.addValue()
  }

  #addToken(): void {
    this.#lanes.add(this.#token.hashA, this.#token.hashB)
  }

  #mask(start: number): void {
    this.#writer.replace(start, this.#token.end, MASK)
    this.#lanes.addValue()
    this.hasLiterals = true
  }
}
