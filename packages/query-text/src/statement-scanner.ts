import type { AnalyzedQueryText, ParameterSlot, StatementKind } from './query-shape.js'
import { QuoteChecker } from './quote-checker.js'
import { isDoubtful, isSuspicious } from './quote-suspicion.js'
import { ScanOutputs } from './scan-outputs.js'
import { startOfData } from './start-of-data.js'
import { detachedFrom, MAX_KEPT_TEXT } from './text/detached-text.js'
import { readIgnoreDirectives } from './text/ignore-directives.js'
import { TextShape } from './text-shape.js'
import { TokenDistributor } from './token-distributor.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'
import { TokenReader } from './tokens/token-reader.js'

const { StringLiteral, NumberLiteral, Semicolon, Control, Other } = TokenKind

/** Longer texts are read up to here. */
const MAX_INPUT = 65_536
/** In place of the end of the text: its quoting cannot be trusted. */
const BROKEN = -1
/** In place of where data begin: the quoting of the text looks right. */
const TRUSTED = Number.MAX_SAFE_INTEGER

const none: readonly never[] = Object.freeze([])

/** How texts are read. */
export interface ScanOptions {
  /** A backslash in `'…'` escapes the next character, as with `standard_conforming_strings` off. */
  readonly backslashEscapes: boolean
  /** The longest sanitised text, in UTF-16 code units. */
  readonly maxTextLength: number
  /** A text with parameters comes out as it is if it is short enough and its quoting can be trusted. */
  readonly keepParameterizedText: boolean
}

/** Reads texts, one after another, each in one pass. Nothing of a text is left in the scanner when it has been read. */
export class StatementScanner {
  readonly #reader = new TokenReader()
  readonly #outputs = new ScanOutputs(this.#reader.token)
  readonly #distributor = new TokenDistributor(this.#reader.token, this.#outputs)
  readonly #quotes = new QuoteChecker()

  /**
   * Everything that is derived from `text`.
   *
   * @param isFailClosed its quoting cannot be trusted: everything from the first quoted literal on is one `?`. Texts
   * of which this can be seen are read like this anyway.
   */
  scan(text: string, options: ScanOptions, isFailClosed = false): AnalyzedQueryText {
    // Slots of a long text would keep it alive until somebody asks for them.
    const isLong = text.length > MAX_KEPT_TEXT
    const end = this.#readAll(text, options, isFailClosed, isLong)
    if (end === BROKEN) return this.scan(text, options, true)
    const shape = this.#createShape(text, end, options, isFailClosed)
    if (isLong) {
      const slots = freezeList(this.#outputs.slots.takeSlots())
      shape.readSlotsLater(() => slots, '', false)
    } else shape.readSlotsLater(this.#readSlots, text, options.backslashEscapes)
    this.#reader.begin('', false)
    return Object.freeze(shape)
  }

  /** Reads a text again, for its slots alone. */
  readonly #readSlots = (
    text: string,
    backslashEscapes: boolean,
    isFailClosed: boolean,
  ): readonly ParameterSlot[] => {
    const options = { backslashEscapes, maxTextLength: MAX_INPUT, keepParameterizedText: false }
    this.#readAll(text, options, isFailClosed, true)
    const slots = freezeList(this.#outputs.slots.takeSlots())
    this.#readAll('', options, false, false)
    return slots
  }

  /** Reads a text into the outputs; returns where its last token ends, or {@link BROKEN}. */
  #readAll(text: string, options: ScanOptions, isFailClosed: boolean, withSlots: boolean): number {
    const isWhole = text.length <= MAX_INPUT
    const input = isWhole ? text : text.slice(0, MAX_INPUT)
    const { backslashEscapes } = options
    const dataStart = isFailClosed ? startOfData(this.#reader, input, backslashEscapes) : TRUSTED
    this.#reader.begin(input, backslashEscapes)
    this.#outputs.begin(input, options.maxTextLength)
    this.#distributor.begin(withSlots)
    const end = this.#read(isWhole, dataStart, backslashEscapes)
    if (end !== BROKEN) this.#distributor.finish(end)
    return end
  }

  /** Reads all tokens; returns where the last one ends, or {@link BROKEN}. */
  #read(isWhole: boolean, dataStart: number, backslashEscapes: boolean): number {
    const reader = this.#reader
    const distributor = this.#distributor
    const { token } = reader
    const { text } = token
    const isTrusted = dataStart === TRUSTED
    let hasStrings = false
    let isChecked = false
    while (reader.next()) {
      const { kind, previousKind } = token
      const isCopyData = previousKind === Semicolon && distributor.isCopyData
      if (isCopyData || token.start >= dataStart) token.takeRest()
      else if (isTrusted) {
        if (isRare(kind, previousKind) && isSuspicious(token, hasStrings)) return BROKEN
        if (hasStrings && !isChecked && isDoubtful(token)) {
          isChecked = true
          if (this.#quotes.isMisquoted(text, backslashEscapes)) return BROKEN
        }
        if (kind === StringLiteral) hasStrings = true
      }
      if (!isWhole && token.end === text.length && mayContinue(token)) return token.previousEnd
      distributor.see()
    }
    return token.isUnterminated && isWhole && isTrusted ? BROKEN : token.previousEnd
  }

  #createShape(text: string, end: number, options: ScanOptions, isFailClosed: boolean): TextShape {
    const { writer, lanes, summary, targets, statements } = this.#outputs
    const { facts } = statements
    const { hasLiterals, hasParameters, valueCount } = this.#distributor
    const kind: StatementKind = facts.kind === 'read' && targets.isCatalogue ? 'catalogue' : facts.kind
    const sanitizedText = writer.finish(end)
    const shape = new TextShape()
    shape.isTruncated = text.length > MAX_INPUT || writer.isCut
    const isKept = options.keepParameterizedText && hasParameters && !isFailClosed && !shape.isTruncated
    shape.sanitizedText =
      isKept && text.length <= options.maxTextLength ? text : detachedFrom(text, sanitizedText)
    shape.summary = detachedFrom(text, summary.finish())
    shape.fingerprint = lanes.format()
    shape.kind = kind
    shape.tables = freezeList(targets.takeTables())
    shape.hasOrderBy = facts.hasOrderBy
    shape.hasLimit = facts.hasLimit
    shape.hasOffset = facts.hasOffset
    shape.locks = facts.locks
    shape.skipsLocked = facts.skipsLocked
    shape.isVolatile = facts.isVolatile
    shape.isMultiStatement = facts.isMultiStatement
    if (this.#reader.hasComment) shape.ignoredFindings = this.#ignoredFindings()
    shape.isFailClosed = isFailClosed
    shape.hasComment = this.#reader.hasComment
    shape.endsInLineComment = this.#reader.endsInLineComment
    shape.hasLiterals = hasLiterals
    shape.hasParameters = hasParameters
    shape.valueCount = valueCount
    return shape
  }

  /** What the comments before the first and behind the last token say. */
  #ignoredFindings(): readonly string[] {
    const { contentStart, contentEnd } = this.#distributor
    const { text } = this.#reader.token
    const kinds: string[] = []
    if (contentEnd > 0) readIgnoreDirectives(text, 0, contentStart, kinds)
    if (this.#reader.commentEnd > contentEnd) readIgnoreDirectives(text, contentEnd, text.length, kinds)
    return freezeList(kinds)
  }
}

function freezeList<Item>(items: Item[]): readonly Item[] {
  return items.length === 0 ? none : Object.freeze(items)
}

/** No other token can be suspicious: the question costs every token something, and the answer costs more. */
function isRare(kind: number, previousKind: number): boolean {
  return previousKind === StringLiteral || previousKind === Other || kind === Other || kind === Control
}

/** Where a text was cut, this token may be half a name; a literal is masked anyway. */
function mayContinue(token: Token): boolean {
  return token.kind !== StringLiteral && token.kind !== NumberLiteral
}
