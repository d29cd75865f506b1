import { foldedWordCode } from './character-class.js'
import { codeAt } from './code-at.js'

const MINUS = 0x2d
const UUID_LENGTH = 36

function isHexDigit(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66)
}

/**
 * The position behind a UUID without quotes at `start`, or -1 if none stands there: never valid SQL, but a usual
 * mistake, and always data.
 */
export function endOfBareUuid(text: string, start: number): number {
  for (let at = 0; at < UUID_LENGTH; at++) {
    const code = codeAt(text, start + at)
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== MINUS) return -1
    } else if (!isHexDigit(code)) return -1
  }
  let end = start + UUID_LENGTH
  while (end < text.length && foldedWordCode(text.charCodeAt(end)) !== 0) end++
  return end
}
