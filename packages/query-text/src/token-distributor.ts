import type { ScanOutputs } from './scan-outputs.js'
import type { SlotTracker } from './slots/slot-tracker.js'
import type { StatementTracker } from './statements/statement-tracker.js'
import type { FingerprintLanes } from './text/fingerprint-lanes.js'
import type { ListCollapser } from './text/list-collapser.js'
import type { SanitizedTextWriter } from './text/sanitized-text-writer.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'
import { ValueMasker } from './value-masker.js'

const { Word, Quoted, StringLiteral, NumberLiteral, Parameter, Operator, Cast, Control } = TokenKind
const { OpenRound, CloseRound, OpenSquare, CloseSquare, Comma, Semicolon, Dot } = TokenKind
const SPACE = 0x20

/**
 * Hands every token to those who make something of it: the sanitised text, the fingerprint, the summary, the facts
 * and the slots. It knows brackets and statements; the tokens between are the {@link ValueMasker}'s.
 */
export class TokenDistributor {
  /** Where the first token begins, and where the last one ends that is no semicolon; 0 and 0 if there is none. */
  contentStart = 0
  contentEnd = 0
  readonly #token: Token
  readonly #values: ValueMasker
  readonly #writer: SanitizedTextWriter
  readonly #lanes: FingerprintLanes
  readonly #lists: ListCollapser
  readonly #statements: StatementTracker
  readonly #slots: SlotTracker
  #withSlots = false
  /** How many brackets are open. */
  #depth = 0
  #statementStart = 0
  /** A statement ended; in the fingerprint, this only counts if another follows. */
  #isSeparatorDue = false
  #followsCopy = false
  /** The current comma separates items of a list, and is no token of the fingerprint. */
  #separatesItems = false

  constructor(token: Token, outputs: ScanOutputs) {
    this.#token = token
    this.#values = new ValueMasker(token, outputs)
    this.#writer = outputs.writer
    this.#lanes = outputs.lanes
    this.#lists = outputs.lists
    this.#statements = outputs.statements
    this.#slots = outputs.slots
  }

  /** @param withSlots somebody wants to know what the values are for */
  begin(withSlots: boolean): void {
    this.#withSlots = withSlots
    this.contentStart = 0
    this.contentEnd = 0
    this.#values.begin(withSlots)
    this.#depth = 0
    this.#statementStart = 0
    this.#isSeparatorDue = false
    this.#followsCopy = false
  }

  /** What follows are data of a `COPY`, and no SQL. */
  get isCopyData(): boolean {
    return this.#isSeparatorDue && this.#followsCopy
  }

  /** A literal or a name was masked. */
  get hasLiterals(): boolean {
    return this.#values.hasLiterals
  }

  get valueCount(): number {
    return this.#values.valueCount
  }

  get hasParameters(): boolean {
    return this.#values.hasParameters
  }

  /** Sees the current token. */
  see(): void {
    const token = this.#token
    const { kind, previousKind } = token
    if (kind !== Semicolon && (previousKind === Operator || previousKind === Semicolon)) this.#addDelayed()
    if (this.#lists.depth === this.#depth) this.#endItems()
    if (token.start !== token.previousEnd) this.#normalizeGap()
    if (kind === Semicolon) this.#seeSemicolon()
    else {
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
        if (this.#lists.depth === this.#depth) this.#lists.seeWord(this.#token)
        this.#values.seeWord()
        break
      case Quoted:
        this.#values.seeName()
        break
      case StringLiteral:
      case NumberLiteral:
        this.#values.seeLiteral()
        break
      case Parameter:
        this.#values.seeParameter()
        break
      case Operator:
        this.#values.seeOperator()
        break
      case Dot:
        this.#seeOther()
        break
      case Comma:
        this.#seeComma()
        break
      default:
        this.#seePunctuation()
    }
  }

  #seePunctuation(): void {
    switch (this.#token.kind) {
      case OpenRound:
        this.#openRound()
        break
      case OpenSquare:
        this.#openSquare()
        break
      case CloseRound:
      case CloseSquare:
        this.#close()
        break
      case Cast:
        if (this.#withSlots) this.#slots.seeCast()
        this.#seeOther()
        break
      case Control:
        this.#dropControl()
        break
      default:
        this.#seeOther()
    }
  }

  /**
   * Ends items and lists that end before the current token, before the gap in front of it is written: what is left out
   * takes no gap with it that belongs to what stays. The rows of `VALUES` end with the first token behind a row that
   * begins no other row.
   */
  #endItems(): void {
    const { kind, previousEnd } = this.#token
    const lists = this.#lists
    if (lists.rowsDepth === this.#depth && kind !== Comma && kind !== OpenRound) lists.close(previousEnd)
    const isInList = lists.depth === this.#depth
    this.#separatesItems = isInList && kind === Comma && lists.separate(previousEnd)
    if (isInList && this.#depth > 0 && (kind === CloseRound || kind === CloseSquare)) lists.close(previousEnd)
  }

  /** A control character becomes a space if there is none: the tokens beside it must not become one. */
  #dropControl(): void {
    const { start, end, previousEnd, previousKind } = this.#token
    const isApart = start > previousEnd || previousKind === Control || previousEnd === 0
    this.#writer.replace(start, end, isApart ? '' : ' ')
    this.#seeOther()
  }

  /** Spaces and comments become one space; nothing at the begin and behind a control character. */
  #normalizeGap(): void {
    const { text, start, previousEnd, previousKind } = this.#token
    if (previousEnd === 0 || previousKind === Control) this.#writer.replace(previousEnd, start, '')
    else if (start > previousEnd + 1 || text.charCodeAt(previousEnd) !== SPACE) {
      this.#writer.replace(previousEnd, start, ' ')
    }
  }

  /** Behind an operator or a semicolon: adds to the fingerprint what waited for this token. */
  #addDelayed(): void {
    if (this.#isSeparatorDue) {
      this.#isSeparatorDue = false
      this.#lanes.addSeparator()
    }
    if (this.#token.kind !== NumberLiteral) this.#values.addSign()
  }

  #addToken(): void {
    this.#lanes.add(this.#token.hashA, this.#token.hashB)
  }

  #seeOther(): void {
    this.#addToken()
    this.#statements.seeOther()
  }

  #openRound(): void {
    const { previousKeyword } = this.#token
    const lists = this.#lists
    if (previousKeyword === 'VALUES') lists.open(this.#depth, true)
    const isRow = lists.rowsDepth === this.#depth
    this.#addToken()
    this.#statements.open()
    if (this.#withSlots) this.#slots.open(isRow)
    this.#depth++
    if (previousKeyword === 'IN') lists.open(this.#depth, false)
  }

  #openSquare(): void {
    const { previousKeyword, previousKind } = this.#token
    const lists = this.#lists
    const isItem = lists.depth === this.#depth && (previousKind === OpenSquare || previousKind === Comma)
    this.#seeOther()
    if (this.#withSlots) this.#slots.open(false)
    this.#depth++
    if (isItem || previousKeyword === 'ARRAY') lists.open(this.#depth, false)
  }

  #close(): void {
    if (this.#depth > 0) this.#depth--
    this.#addToken()
    if (this.#token.kind === CloseRound) this.#statements.close()
    else this.#statements.seeOther()
    if (this.#withSlots) this.#slots.close()
  }

  #seeComma(): void {
    if (this.#separatesItems) this.#separatesItems = false
    else this.#addToken()
    this.#statements.seeComma()
    if (this.#withSlots) this.#slots.seeComma()
  }

  #seeSemicolon(): void {
    const { state } = this.#statements
    if (this.#depth > 0 || state.isInBody) {
      this.#addDelayed()
      this.#seeOther()
      return
    }
    this.#followsCopy = state.copiesFromClient
    this.#endStatement()
    this.#isSeparatorDue = this.contentEnd > 0
    this.#statementStart = this.#token.end
  }

  #endStatement(): void {
    this.#values.addSign()
    this.#statements.endStatement(this.contentEnd <= this.#statementStart)
    if (this.#withSlots) this.#slots.endStatement()
  }
}
