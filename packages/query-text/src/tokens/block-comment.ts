import { UNTERMINATED } from './quoted-text.js'

const STAR = 0x2a
const SLASH = 0x2f

/** The position behind a block comment that begins at `from`; block comments nest in PostgreSQL. */
export function endOfBlockComment(text: string, from: number): number {
  let depth = 1
  for (let at = from + 2; at < text.length - 1; at++) {
    const code = text.charCodeAt(at)
    if (code === STAR && text.charCodeAt(at + 1) === SLASH) {
      depth--
      at++
      if (depth === 0) return at + 1
    } else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      depth++
      at++
    }
  }
  return UNTERMINATED
}
