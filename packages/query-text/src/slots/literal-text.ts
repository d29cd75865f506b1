import { detachedFrom, detachedSlice } from '../text/detached-text.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'

const MAX_LENGTH = 128
const MINUS = 0x2d

/**
 * The value of the literal that was read last: without quotes and doubled quotes; of a string with a prefix or with
 * segments, what stands between the quotes. At most 128 characters.
 *
 * @param start where the literal begins, with the sign that belongs to a number
 */
export function literalText(token: Token, start: number): string {
  const { text } = token
  if (token.kind === TokenKind.NumberLiteral) {
    const digits = detachedSlice(text, token.start, Math.min(token.end, token.start + MAX_LENGTH))
    return text.charCodeAt(start) === MINUS ? `-${digits}` : digits
  }
  // A doubled quote is one character of the value: twice as many can be needed.
  const inside = text.slice(
    token.contentStart,
    Math.min(token.contentEnd, token.contentStart + 2 * MAX_LENGTH),
  )
  const value = token.isPlain && inside.includes("'") ? inside.replaceAll("''", "'") : inside
  return detachedFrom(text, value.slice(0, MAX_LENGTH))
}
