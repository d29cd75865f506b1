import { PRECEDES_VALUE } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'

const { Word, Operator, OpenRound, OpenSquare, Comma, Colon } = TokenKind

/**
 * Whether the word that was read last is `NULL`, `TRUE` or `FALSE` as a value: behind an operator, a bracket, a comma
 * or a word that an expression follows. Behind `IS` and `NOT` it is a part of the language.
 */
export function isValueKeyword(token: Token): boolean {
  const { keyword, previousKeyword } = token
  if (keyword !== 'NULL' && keyword !== 'TRUE' && keyword !== 'FALSE') return false
  switch (token.previousKind) {
    case Operator:
    case OpenRound:
    case OpenSquare:
    case Comma:
    case Colon:
      return true
    case Word:
      // `ON NULL` is an option of JSON functions, `ON TRUE` a condition.
      return (token.previousTraits & PRECEDES_VALUE) !== 0 || (previousKeyword === 'ON' && keyword !== 'NULL')
    default:
      return false
  }
}
