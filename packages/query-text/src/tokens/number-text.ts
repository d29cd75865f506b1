import { foldedWordCode } from './character-class.js'
import { codeAt } from './code-at.js'

const DOT = 0x2e
const LOWER_E = 0x65
const LOWER_X = 0x78
const MINUS = 0x2d
const PLUS = 0x2b

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isExponentSign(text: string, at: number): boolean {
  const code = codeAt(text, at)
  return (code === MINUS || code === PLUS) && isDigit(codeAt(text, at + 1))
}

/**
 * The position behind a number that begins at `start` with a digit, or with a dot and a digit.
 *
 * Letters that are glued to it are taken too: PostgreSQL rejects `123abc`, so whatever stands there is data.
 */
export function endOfNumber(text: string, start: number): number {
  const isRadix = (codeAt(text, start + 1) | 0x20) === LOWER_X
  let hasDot = false
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const folded = foldedWordCode(code)
    if (folded === LOWER_E && !isRadix && isExponentSign(text, at + 1)) at += 2
    else if (folded === 0) {
      if (code !== DOT || hasDot || codeAt(text, at + 1) === DOT) break
      hasDot = true
    }
    at++
  }
  return at
}
