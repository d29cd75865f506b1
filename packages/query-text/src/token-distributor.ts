import type { ScanOutputs } from './scan-outputs.js'
import type { SlotTracker } from './slots/slot-tracker.js'
import type { StatementTracker } from './statements/statement-tracker.js'
import type { FingerprintLanes } from './text/fingerprint-lanes.js'
import type { ListCollapser } from './text/list-collapser.js'
import type { MaskedNames } from './text/masked-names.js'
import type { SanitizedTextWriter } from './text/sanitized-text-writer.js'
import { isValueKeyword } from './text/value-keyword.js'
import { BOUNDARY, type Keyword, OPERAND } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'

const { Word, Quoted, StringLiteral, NumberLiteral, Parameter, Operator, Cast, Control } = TokenKind
const { OpenRound, CloseRound, OpenSquare, CloseSquare, Comma, Semicolon } = TokenKind
const MASK = '?'
const SPACE = 0x20
const NONE = -1

/**
 * Hands every token to those who make something of it: the sanitised text, the fingerprint, the summary, the facts
 * and the slots. It decides what is a value; they need not.
 */
export class TokenDistributor {
  hasLiterals = false
  /** Where the first token begins, and where the last one ends that is no semicolon; equal if there is none. */
  contentStart = 0
  contentEnd = 0
  readonly #token: Token
  readonly #writer: SanitizedTextWriter
  readonly #lanes: FingerprintLanes
  readonly #lists: ListCollapser
  readonly #maskedNames: MaskedNames
  readonly #statements: StatementTracker
  readonly #slots: SlotTracker
  #statementStart = 0
  /** How many brackets are open. */
  #depth = 0
  /** A sign that belongs to the number behind it, if a number stands there. */
  #signStart = NONE
  #signA = 0
  #signB = 0
  /** A statement ended; this only counts if another follows. */
  #isSeparatorDue = false
  #followsCopy = false

  constructor(token: Token, outputs: ScanOutputs) {
    this.#token = token
    this.#writer = outputs.writer
    this.#lanes = outputs.lanes
    this.#lists = outputs.lists
    this.#maskedNames = outputs.maskedNames
    this.#statements = outputs.statements
    this.#slots = outputs.slots
  }

  begin(): void {
    this.hasLiterals = false
    this.contentStart = 0
    this.contentEnd = 0
    this.#statementStart = 0
    this.#depth = 0
    this.#signStart = NONE
    this.#isSeparatorDue = false
    this.#followsCopy = false
  }

  /** What follows are data of a `COPY`, and no SQL. */
  get isCopyData(): boolean {
    return this.#isSeparatorDue && this.#followsCopy
  }

  /** Sees the current token. */
  see(): void {
    const token = this.#token
    this.#closeRows()
    this.#normalizeGap()
    if (token.kind === Semicolon) this.#seeSemicolon()
    else {
      this.#addDelayed()
      this.#seeContent()
      if (this.contentEnd === 0) this.contentStart = token.start
      this.contentEnd = token.end
    }
    this.#writer.endToken(token.end)
  }

  /** The text ended at `end`. */
  finish(end: number): void {
    this.#lists.finish(end)
    this.#endStatement()
  }

  #seeContent(): void {
    switch (this.#token.kind) {
      case Word:
        this.#seeWord()
        return
      case Quoted:
        this.#seeName()
        return
      case StringLiteral:
      case NumberLiteral:
        this.#seeLiteral()
        return
      case Parameter:
        this.#seeParameter()
        return
      case Operator:
        this.#seeOperator()
        return
      case OpenRound:
      case OpenSquare:
        this.#open()
        return
      case CloseRound:
      case CloseSquare:
        this.#close()
        return
      case Comma:
        this.#seeComma()
        return
      case Cast:
        this.#slots.seeCast()
        this.#seeOther()
        return
      case Control:
        this.#writer.replace(this.#token.start, this.#token.end, '')
        this.#seeOther()
        return
      default:
        this.#seeOther()
        return
    }
  }

  /** The rows of `VALUES` end with the first token behind a row that begins no other row. */
  #closeRows(): void {
    const { kind, previousEnd } = this.#token
    if (this.#lists.rowsDepth === this.#depth && kind !== Comma && kind !== OpenRound)
      this.#lists.close(previousEnd)
  }

  /** Spaces and comments become one space; nothing at the begin. */
  #normalizeGap(): void {
    const { text, start, previousEnd } = this.#token
    const length = start - previousEnd
    if (length === 0) return
    if (previousEnd === 0) this.#writer.replace(0, start, '')
    else if (length > 1 || text.charCodeAt(previousEnd) !== SPACE)
      this.#writer.replace(previousEnd, start, ' ')
  }

  #addDelayed(): void {
    if (this.#isSeparatorDue) {
      this.#isSeparatorDue = false
      this.#lanes.addSeparator()
    }
    if (this.#token.kind !== NumberLiteral) this.#addSign()
  }

  #addSign(): void {
    if (this.#signStart === NONE) return
    this.#signStart = NONE
    this.#lanes.add(this.#signA, this.#signB)
  }

  #addToken(): void {
    this.#lanes.add(this.#token.hashA, this.#token.hashB)
  }

  #seeOther(): void {
    this.#addToken()
    this.#statements.seeOther()
  }

  #seeWord(): void {
    const token = this.#token
    const { traits, keyword } = token
    if ((traits & (BOUNDARY | OPERAND)) === 0) {
      this.#seeName()
      return
    }
    if (this.#maskedNames.isActive && this.#maskedNames.hides(token)) {
      this.#maskName()
      return
    }
    if ((traits & OPERAND) !== 0 && !this.#statements.isDefinition && isValueKeyword(token)) {
      this.#writer.replace(token.start, token.end, MASK)
      this.#lanes.addValue()
    } else this.#addToken()
    if (token.previousKind === OpenRound && this.#lists.depth === this.#depth) this.#cancelList(keyword)
    this.#statements.seeWord()
    this.#slots.seeKeyword()
  }

  /** `IN (SELECT …)` holds no list. */
  #cancelList(keyword: Keyword | ''): void {
    const isQuery = keyword === 'SELECT' || keyword === 'WITH' || keyword === 'VALUES' || keyword === 'TABLE'
    if (isQuery) this.#lists.cancel()
  }

  #seeName(): void {
    if (this.#maskedNames.isActive && this.#maskedNames.hides(this.#token)) {
      this.#maskName()
      return
    }
    this.#addToken()
    this.#statements.seeWord()
    this.#slots.seeName()
  }

  #maskName(): void {
    const { start, end } = this.#token
    this.#writer.replace(start, end, MASK)
    this.#lanes.addValue()
    this.hasLiterals = true
  }

  #seeLiteral(): void {
    const { start, end } = this.#token
    const from = this.#signStart === NONE ? start : this.#signStart
    this.#signStart = NONE
    this.#writer.replace(from, end, MASK)
    this.#lanes.addValue()
    this.hasLiterals = true
    this.#statements.seeOther()
    this.#slots.seeValue(0, from)
  }

  #seeParameter(): void {
    this.#lanes.addValue()
    this.#lists.countParameter()
    this.#statements.seeOther()
    this.#slots.seeValue(this.#token.parameter, 0)
  }

  #seeOperator(): void {
    const token = this.#token
    if (this.#maskedNames.isActive) this.#maskedNames.hides(token)
    if (token.meaning === 'sign' && !token.followsOperand) {
      this.#signStart = token.start
      this.#signA = token.hashA
      this.#signB = token.hashB
    } else this.#addToken()
    this.#statements.seeOther()
    this.#slots.seeOperator()
  }

  #open(): void {
    const { kind, previousKind, previousKeyword } = this.#token
    const lists = this.#lists
    const isFirstRow = kind === OpenRound && previousKeyword === 'VALUES'
    if (isFirstRow) lists.open(this.#depth, true)
    const isRow = kind === OpenRound && lists.rowsDepth === this.#depth
    const isNested =
      kind === OpenSquare &&
      (previousKind === OpenSquare || previousKind === Comma) &&
      lists.depth === this.#depth
    this.#addToken()
    if (kind === OpenRound) this.#statements.open()
    else this.#statements.seeOther()
    this.#slots.open(isRow)
    this.#depth++
    if (isNested || (kind === OpenRound ? previousKeyword === 'IN' : previousKeyword === 'ARRAY')) {
      lists.open(this.#depth, false)
    }
  }

  #close(): void {
    if (this.#depth > 0) {
      if (this.#lists.depth === this.#depth) this.#lists.close(this.#token.start)
      this.#depth--
    }
    this.#addToken()
    if (this.#token.kind === CloseRound) this.#statements.close()
    else this.#statements.seeOther()
    this.#slots.close()
  }

  #seeComma(): void {
    const lists = this.#lists
    if (lists.depth !== this.#depth || !lists.separate(this.#token.start)) this.#addToken()
    this.#statements.seeComma()
    this.#slots.seeComma()
  }

  #seeSemicolon(): void {
    if (this.#depth > 0 || this.#statements.isInBody) {
      this.#addDelayed()
      this.#seeOther()
      return
    }
    this.#followsCopy = this.#statements.copiesFromClient
    this.#endStatement()
    this.#isSeparatorDue = this.contentEnd > 0
    this.#statementStart = this.#token.end
  }

  #endStatement(): void {
    this.#addSign()
    this.#statements.endStatement(this.contentEnd <= this.#statementStart)
    this.#slots.endStatement()
  }
}
