import { dollarDelimiterLength, endOfDollarQuote } from './dollar-quote.js'
import { endOfString, startOfContinuation, UNTERMINATED } from './quoted-text.js'
import type { Token } from './token.js'

/**
 * Reads a string with all its segments; every segment follows the escape rules of the first.
 *
 * @param quote the position of the opening quote
 * @param isPlain there is no prefix
 */
export function readString(token: Token, quote: number, backslashEscapes: boolean, isPlain: boolean): void {
  const { text } = token
  let end = endOfString(text, quote + 1, backslashEscapes)
  let hasSegments = false
  while (end !== UNTERMINATED) {
    const next = startOfContinuation(text, end)
    if (next === -1) break
    hasSegments = true
    end = endOfString(text, next, backslashEscapes)
  }
  token.takeString(quote + 1, end, 1, isPlain && !backslashEscapes && !hasSegments)
}

/** Reads `$tag$…$tag$`; false if no dollar quote begins at the token. */
export function readDollarQuote(token: Token): boolean {
  const { text, start } = token
  const delimiterLength = dollarDelimiterLength(text, start)
  if (delimiterLength === 0) return false
  const end = endOfDollarQuote(text, start, delimiterLength)
  token.takeString(start + delimiterLength, end, delimiterLength, false)
  return true
}
