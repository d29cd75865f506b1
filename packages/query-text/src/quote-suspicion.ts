import { CLOSE_BRACE, isForeign } from './start-of-data.js'
import { FOLLOWS_LITERAL } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'

const { Word, Quoted, StringLiteral, NumberLiteral, Parameter, Other, Control } = TokenKind
const { OpenRound, CloseRound, OpenSquare, CloseSquare, Semicolon, Dot } = TokenKind

/**
 * The quotes of the text are not where they are meant to be: the token is no SQL, or it is a name or a value glued to
 * the quote before it, as in `'O'Brien'`. Keywords may stand there.
 *
 * @param hasStrings a string stands somewhere before the token
 */
export function isSuspicious(token: Token, hasStrings: boolean): boolean {
  const { kind } = token
  if (isForeign(token) || (hasStrings && (kind === Control || isOther(token)))) return true
  if (token.previousKind !== StringLiteral || token.start !== token.previousEnd) return false
  switch (kind) {
    case Word:
      return (token.traits & FOLLOWS_LITERAL) === 0
    case Quoted:
    case StringLiteral:
    case NumberLiteral:
    case Parameter:
      return true
    default:
      return false
  }
}

/**
 * The token stands where few valid texts have one, if a string stands somewhere before it: reason enough to look at
 * the whole text with more care, which takes about as long as reading it.
 */
export function isDoubtful(token: Token): boolean {
  const { previousKind } = token
  switch (token.kind) {
    case Word:
      if (token.keyword !== '') return previousKind === StringLiteral && token.start === token.previousEnd
      return followsOperand(token)
    case Quoted:
      return followsOperand(token)
    case StringLiteral:
      return previousKind === Word && token.previousKeyword === ''
    case OpenRound:
    case OpenSquare:
    case Dot:
      return previousKind === StringLiteral
    case Other:
      return true
    default:
      return false
  }
}

/** Anything that SQL does not have but `}`, which may close what was opened before the string, as in `{ d '…' }`. */
function isOther({ kind, start, text }: Token): boolean {
  return kind === Other && text.charCodeAt(start) !== CLOSE_BRACE
}

/** A name that stands here is an alias, or no name. */
function followsOperand(token: Token): boolean {
  switch (token.previousKind) {
    case Word:
      return token.previousKeyword === ''
    case Quoted:
    case Semicolon:
    case Other:
    case StringLiteral:
    case CloseRound:
    case CloseSquare:
      return true
    default:
      return false
  }
}
