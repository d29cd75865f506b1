import type { AnalyzedQueryText, StatementKind } from './query-shape.js'
import { ScanOutputs } from './scan-outputs.js'
import { detachedFrom } from './text/detached-text.js'
import { readIgnoreDirectives } from './text/ignore-directives.js'
import { TokenDistributor } from './token-distributor.js'
import { FOLLOWS_LITERAL } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'
import { TokenReader } from './tokens/token-reader.js'

const { Word, Quoted, StringLiteral, NumberLiteral, Parameter, Other } = TokenKind

/** Longer texts are read up to here. */
const MAX_INPUT = 65_536
const DOLLAR = 0x24
/** In place of the end of the text: its quoting cannot be trusted. */
const BROKEN = -1

const none: readonly never[] = Object.freeze([])

/** How texts are read. */
export interface ScanOptions {
  /** A backslash in `'…'` escapes the next character, as with `standard_conforming_strings` off. */
  readonly backslashEscapes: boolean
  /** The longest sanitised text, in UTF-16 code units. */
  readonly maxTextLength: number
}

/** Reads texts, one after another, each in one pass. Nothing of a text is left in the scanner when it has been read. */
export class StatementScanner {
  readonly #reader = new TokenReader()
  readonly #outputs = new ScanOutputs(this.#reader.token)
  readonly #distributor = new TokenDistributor(this.#reader.token, this.#outputs)

  /**
   * Everything that is derived from `text`.
   *
   * @param isFailClosed its quoting cannot be trusted: everything from the first quoted literal on is one `?`. Texts
   * of which this can be seen are read like this anyway.
   */
  scan(text: string, options: ScanOptions, isFailClosed = false): AnalyzedQueryText {
    const isWhole = text.length <= MAX_INPUT
    const input = isWhole ? text : text.slice(0, MAX_INPUT)
    this.#reader.begin(input, options.backslashEscapes)
    this.#outputs.begin(input, options.maxTextLength)
    this.#distributor.begin()
    const end = this.#read(input.length, isWhole, isFailClosed)
    if (end === BROKEN) return this.scan(text, options, true)
    this.#distributor.finish(end)
    const shape = this.#createShape(text, end, isWhole, isFailClosed)
    this.#reader.begin('', false)
    return shape
  }

  /** Reads all tokens; returns where the last one ends, or {@link BROKEN}. */
  #read(length: number, isWhole: boolean, isFailClosed: boolean): number {
    const reader = this.#reader
    const distributor = this.#distributor
    const { token } = reader
    while (reader.next()) {
      if (distributor.isCopyData || (isFailClosed && token.kind === StringLiteral)) token.takeRest()
      else if (isSuspicious(token)) return BROKEN
      else if (!isWhole && token.end === length && mayContinue(token)) return token.previousEnd
      distributor.see()
    }
    return token.isUnterminated && isWhole && !isFailClosed ? BROKEN : token.previousEnd
  }

  #createShape(text: string, end: number, isWhole: boolean, isFailClosed: boolean): AnalyzedQueryText {
    const { writer, lanes, summary, targets, statements, slots } = this.#outputs
    const { facts } = statements
    const kind: StatementKind = facts.kind === 'read' && targets.isCatalogue ? 'catalogue' : facts.kind
    const isTruncated = !isWhole || writer.isCut
    return Object.freeze({
      sanitizedText: detachedFrom(text, writer.finish(end)),
      summary: detachedFrom(text, summary.finish()),
      fingerprint: lanes.format(),
      kind,
      tables: freezeList(targets.takeTables()),
      slots: freezeList(slots.takeSlots()),
      hasOrderBy: facts.hasOrderBy,
      hasLimit: facts.hasLimit,
      hasOffset: facts.hasOffset,
      locks: facts.locks,
      skipsLocked: facts.skipsLocked,
      isVolatile: facts.isVolatile,
      isMultiStatement: facts.isMultiStatement,
      ignoredFindings: this.#reader.hasComment ? this.#ignoredFindings() : none,
      isTruncated,
      isFailClosed,
      hasComment: this.#reader.hasComment,
      endsInLineComment: this.#reader.endsInLineComment,
      hasLiterals: this.#distributor.hasLiterals,
    })
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

/**
 * A name or a value glued to the quote before it, as in `'O'Brien'`: the quotes are not where they are meant to be.
 * Keywords may stand there.
 */
function isSuspicious(token: Token): boolean {
  if (token.previousKind !== StringLiteral || token.start !== token.previousEnd) return false
  switch (token.kind) {
    case Word:
      return (token.traits & FOLLOWS_LITERAL) === 0
    case Quoted:
    case StringLiteral:
    case NumberLiteral:
    case Parameter:
      return true
    case Other:
      return token.text.charCodeAt(token.start) === DOLLAR
    default:
      return false
  }
}

/** Where a text was cut, this token may be half a name; a literal is masked anyway. */
function mayContinue(token: Token): boolean {
  return token.kind !== StringLiteral && token.kind !== NumberLiteral
}
