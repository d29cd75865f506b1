import { leadingKind } from './character-class.js'
import { endOfOperator, endOfOperatorRun, meaningOf, meaningOfCharacter } from './operator-text.js'
import type { Token } from './token.js'
import { TokenKind } from './token-kind.js'
import { hashCode, hashRange, hashWord } from './word-hash.js'

const { Operator } = TokenKind

/** `!=` is only another way to write this. */
const notEqual = hashWord('<>')

/**
 * Reads an operator.
 *
 * @param signsEnd operator characters up to here are signs, each a token of its own: known from the run in which an
 * operator lost its trailing signs. Without it, `+-+-+-` would take quadratic time.
 * @returns the same for the next operator
 */
export function readOperator(token: Token, signsEnd: number): number {
  const { text, start } = token
  if (start < signsEnd || !isOperator(text, start + 1)) {
    takeCharacter(token)
    return signsEnd
  }
  const runEnd = endOfOperatorRun(text, start)
  const end = endOfOperator(text, start, runEnd)
  if (end === start + 1) takeCharacter(token)
  else takeSeveral(token, end)
  return end < runEnd ? runEnd : 0
}

function isOperator(text: string, at: number): boolean {
  return at < text.length && leadingKind(text.charCodeAt(at)) === Operator
}

function takeCharacter(token: Token): void {
  const code = token.text.charCodeAt(token.start)
  hashCode(token, code)
  token.meaning = meaningOfCharacter(code)
  token.take(Operator, token.start + 1)
}

function takeSeveral(token: Token, end: number): void {
  const { text, start } = token
  const operator = text.slice(start, end)
  hashRange(token, text, start, end)
  if (operator === '!=') {
    token.hashA = notEqual.a
    token.hashB = notEqual.b
  }
  token.meaning = meaningOf(operator)
  token.take(Operator, end)
}
