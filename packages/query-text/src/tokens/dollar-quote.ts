import { leadingKind } from './character-class.js'
import { UNTERMINATED } from './quoted-text.js'
import { TokenKind } from './token-kind.js'

const DOLLAR = 0x24

/**
 * The length of the delimiter `$tag$` at `start`, or 0 if none stands there. The tag is an identifier without `$`
 * or empty, and is case-sensitive.
 */
export function dollarDelimiterLength(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOLLAR) return at + 1 - start
    const kind = leadingKind(code)
    if (kind !== TokenKind.Word && (kind !== TokenKind.NumberLiteral || at === start + 1)) return 0
  }
  return 0
}

/** The position behind the closing delimiter of a dollar-quoted string, or {@link UNTERMINATED}. */
export function endOfDollarQuote(text: string, start: number, delimiterLength: number): number {
  const contentStart = start + delimiterLength
  const at = text.indexOf(text.slice(start, contentStart), contentStart)
  return at === -1 ? UNTERMINATED : at + delimiterLength
}
