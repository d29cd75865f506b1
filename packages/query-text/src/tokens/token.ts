import { BOUNDARY, type Keyword, OPERAND } from './keyword-traits.js'
import type { OperatorMeaning } from './operator-text.js'
import { UNTERMINATED } from './quoted-text.js'
import { TokenKind } from './token-kind.js'

const { End, Word, Quoted, StringLiteral, NumberLiteral, Parameter, CloseRound, CloseSquare } = TokenKind

/** Words with one of these are no names. */
const NO_NAME = BOUNDARY | OPERAND

/**
 * The token that was read last, and what is needed of the one before it. One object serves a whole scan: a token
 * costs no allocation, and everybody who looks at it sees the same.
 */
export class Token {
  /** The text that is scanned. */
  text = ''
  /** A string, an identifier or a comment of the text has no end. */
  isUnterminated = false

  /** One of {@link TokenKind}. */
  kind: number = End
  start = 0
  end = 0
  /** Two hash lanes of a word, a quoted identifier, an operator or punctuation. */
  hashA = 0
  hashB = 0
  /** Empty for anything but a known word. */
  keyword: Keyword | '' = ''
  /** The traits of the keyword; bits of keyword-traits.ts. */
  traits = 0
  /** What an operator means. */
  meaning: OperatorMeaning = 'other'
  /** The number of a parameter. */
  parameter = 0
  /** The inside of a string. */
  contentStart = 0
  contentEnd = 0
  /** The string is `'…'` without a prefix: only `''` stands for something else. */
  isPlain = false

  previousKind: number = End
  previousKeyword: Keyword | '' = ''
  previousTraits = 0
  previousEnd = 0
  previousHashA = 0
  previousHashB = 0

  /** Begins a text. Called with an empty text, it lets the old one go. */
  reset(text: string): void {
    this.text = text
    this.isUnterminated = false
    this.kind = End
    this.end = 0
    this.keyword = ''
    this.traits = 0
    this.advance()
  }

  /** What was read becomes what was read before. */
  advance(): void {
    this.previousKind = this.kind
    this.previousEnd = this.end
    this.previousHashA = this.hashA
    this.previousHashB = this.hashB
    this.previousKeyword = this.keyword
    this.previousTraits = this.traits
    if (this.keyword === '') return
    this.keyword = ''
    this.traits = 0
  }

  /** Says what the token is that begins at `start`, and where it ends. */
  take(kind: number, end: number): void {
    this.kind = kind
    this.end = end
  }

  /**
   * Takes a literal that may lack its end; without one, it is all the rest of the text.
   *
   * @param closing how many characters close it
   */
  takeString(contentStart: number, end: number, closing: number, isPlain: boolean): void {
    const isTerminated = end !== UNTERMINATED
    if (!isTerminated) this.isUnterminated = true
    this.kind = StringLiteral
    this.end = isTerminated ? end : this.text.length
    this.contentStart = contentStart
    this.contentEnd = isTerminated ? end - closing : this.text.length
    this.isPlain = isPlain && isTerminated
  }

  /** Takes all the rest of the text as one literal. */
  takeRest(): void {
    this.takeString(this.start, this.text.length, 0, false)
  }

  /** The token before was a name: not a reserved word, a value or punctuation. */
  get followsIdentifier(): boolean {
    if (this.previousKind === Quoted) return true
    return this.previousKind === Word && (this.previousTraits & NO_NAME) === 0
  }

  /** The token before ends an operand, so that a sign after it is an operator. */
  get followsOperand(): boolean {
    switch (this.previousKind) {
      case Word:
        return (this.previousTraits & BOUNDARY) === 0
      case Quoted:
      case StringLiteral:
      case NumberLiteral:
      case Parameter:
      case CloseRound:
      case CloseSquare:
        return true
      default:
        return false
    }
  }
}
