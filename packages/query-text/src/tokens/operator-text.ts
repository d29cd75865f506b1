import { leadingKind } from './character-class.js'
import { codeAt } from './code-at.js'
import { TokenKind } from './token-kind.js'

const PLUS = 0x2b
const MINUS = 0x2d
const SLASH = 0x2f
const STAR = 0x2a

/** With one of these in it, an operator may end in `+` or `-`. */
const liftsSignRule = '~!@#^&|?%'

/** What an operator does with its operands, as far as slots need it. */
export type OperatorMeaning = 'eq' | 'range' | 'like' | 'sign' | 'other'

/** The position behind the longest run of operator characters; a comment ends it. */
export function endOfOperatorRun(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (leadingKind(code) !== TokenKind.Operator) break
    const next = codeAt(text, at + 1)
    if ((code === MINUS && next === MINUS) || (code === SLASH && next === STAR)) break
    at++
  }
  return at
}

/**
 * Where an operator ends that begins a run of operator characters: unless one of `~!@#^&|?%` occurs in it, trailing
 * signs are operators of their own, so that `a=-1` compares with a negative number.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS
 */
export function endOfOperator(text: string, start: number, runEnd: number): number {
  let end = runEnd
  while (end > start + 1 && isSign(text.charCodeAt(end - 1))) end--
  if (end === runEnd) return end
  for (let at = start; at < runEnd; at++) {
    if (liftsSignRule.includes(text.charAt(at))) return runEnd
  }
  return end
}

function isSign(code: number): boolean {
  return code === PLUS || code === MINUS
}

/** What an operator of one character means. */
export function meaningOfCharacter(code: number): OperatorMeaning {
  switch (code) {
    case 0x3d:
      return 'eq'
    case 0x3c:
    case 0x3e:
      return 'range'
    case PLUS:
    case MINUS:
      return 'sign'
    case 0x7e:
      return 'like'
    default:
      return 'other'
  }
}

/** What an operator of several characters means. */
export function meaningOf(operator: string): OperatorMeaning {
  switch (operator) {
    case '<=':
    case '>=':
    case '<>':
    case '!=':
      return 'range'
    case '~*':
    case '!~':
    case '!~*':
    case '~~':
    case '~~*':
    case '!~~':
    case '!~~*':
      return 'like'
    default:
      return 'other'
  }
}
