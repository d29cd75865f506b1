import { endOfBareUuid } from './bare-uuid.js'
import { endOfBlockComment } from './block-comment.js'
import { leadingKind } from './character-class.js'
import { codeAt } from './code-at.js'
import { endOfNumber } from './number-text.js'
import { endOfLine, UNTERMINATED } from './quoted-text.js'
import { readOperator } from './read-operator.js'
import { readDollarQuote, readString } from './read-string.js'
import { readQuotedIdentifier, readWord } from './read-word.js'
import { Token } from './token.js'
import { TokenKind } from './token-kind.js'
import { hashCode, hashRange } from './word-hash.js'

const { End, Word, Quoted, StringLiteral, NumberLiteral, Parameter, Operator, Dot, Colon, Cast, Other } =
  TokenKind

const MINUS = 0x2d
const SLASH = 0x2f
const STAR = 0x2a
const COLON = 0x3a
const EQUALS = 0x3d
const LARGEST_PARAMETER = 99_999_999

/**
 * Splits query text into tokens by the rules of PostgreSQL's own scanner, in one pass and linear time.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_0/src/backend/parser/scan.l
 */
export class TokenReader {
  readonly token: Token = new Token()
  hasComment = false
  /** The position behind the comment that was read last. */
  commentEnd = 0
  endsInLineComment = false
  #text = ''
  #backslashEscapes = false
  /** Operator characters up to here are signs, each a token of its own; without this, `+-+-+-` is quadratic. */
  #signsEnd = 0

  begin(text: string, backslashEscapes: boolean): void {
    this.token.reset(text)
    this.hasComment = false
    this.commentEnd = 0
    this.endsInLineComment = false
    this.#text = text
    this.#backslashEscapes = backslashEscapes
    this.#signsEnd = 0
  }

  /** Reads the next token; false at the end of the text. */
  next(): boolean {
    const { token } = this
    const text = this.#text
    token.advance()
    let at = token.end
    while (at < text.length) {
      const code = text.charCodeAt(at)
      const kind = leadingKind(code)
      if (kind === End) at++
      else {
        const end = code === MINUS || code === SLASH ? this.#skipComment(at, code) : at
        if (end === at) {
          token.start = at
          if (kind === Word) readWord(token, this.#backslashEscapes)
          else this.#read(kind, at, code)
          return true
        }
        at = end
      }
    }
    token.start = at
    token.take(End, at)
    return false
  }

  #read(kind: number, start: number, code: number): void {
    switch (kind) {
      case Quoted:
        readQuotedIdentifier(this.token, start)
        return
      case Operator:
        this.#signsEnd = readOperator(this.token, this.#signsEnd)
        return
      case Parameter:
        this.#readDollar(start)
        return
      case StringLiteral:
        readString(this.token, start, this.#backslashEscapes, true)
        return
      case NumberLiteral:
        this.#readNumber(start)
        return
      case Dot:
        if (!this.#readFraction(start)) this.#takeCharacter(Dot, start, code)
        return
      case Colon:
        this.#readColon(start, code)
        return
      default:
        this.#takeCharacter(kind, start, code)
    }
  }

  /** The position behind a comment at `at`, or `at` itself if none begins there. */
  #skipComment(at: number, code: number): number {
    const text = this.#text
    const next = codeAt(text, at + 1)
    if (code === MINUS && next === MINUS) {
      const end = this.#endComment(endOfLine(text, at))
      this.endsInLineComment = end === text.length
      return end
    }
    return code === SLASH && next === STAR ? this.#endComment(endOfBlockComment(text, at)) : at
  }

  #endComment(end: number): number {
    if (end === UNTERMINATED) this.token.isUnterminated = true
    this.hasComment = true
    this.commentEnd = end === UNTERMINATED ? this.#text.length : end
    return this.commentEnd
  }

  #takeCharacter(kind: number, start: number, code: number): void {
    hashCode(this.token, code)
    this.token.take(kind, start + 1)
  }

  /** Reads `:`, `::` or `:=`. */
  #readColon(start: number, code: number): void {
    const next = codeAt(this.#text, start + 1)
    if (next !== COLON && next !== EQUALS) {
      this.#takeCharacter(Colon, start, code)
      return
    }
    hashRange(this.token, this.#text, start, start + 2)
    this.token.take(next === COLON ? Cast : Colon, start + 2)
  }

  /** Reads a number that begins with a dot; false if none does. */
  #readFraction(start: number): boolean {
    const next = codeAt(this.#text, start + 1)
    if (next < 0x30 || next > 0x39) return false
    this.#readNumber(start)
    return true
  }

  #readNumber(start: number): void {
    const uuidEnd = codeAt(this.#text, start + 8) === MINUS ? endOfBareUuid(this.#text, start) : -1
    this.token.take(NumberLiteral, uuidEnd === -1 ? endOfNumber(this.#text, start) : uuidEnd)
  }

  #readDollar(start: number): void {
    const text = this.#text
    let at = start + 1
    let parameter = 0
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - 0x30
      if (digit < 0 || digit > 9) break
      if (parameter < LARGEST_PARAMETER) parameter = parameter * 10 + digit
    }
    if (at > start + 1) {
      this.token.parameter = parameter
      this.token.take(Parameter, at)
    } else if (!readDollarQuote(this.token)) this.#takeCharacter(Other, start, text.charCodeAt(start))
  }
}
