import { codeAt } from './code-at.js'

const QUOTE = 0x27
const BACKSLASH = 0x5c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const MINUS = 0x2d

/** No end was found: the text stops inside of a literal, an identifier or a comment. */
export const UNTERMINATED = -1

/**
 * The position behind the quote that closes a string, or {@link UNTERMINATED}.
 *
 * @param from the position behind the opening quote
 */
export function endOfString(text: string, from: number, backslashEscapes: boolean): number {
  return backslashEscapes ? endOfEscapedString(text, from) : endOfPlainString(text, from)
}

function endOfPlainString(text: string, from: number): number {
  let at = text.indexOf("'", from)
  while (at !== -1 && codeAt(text, at + 1) === QUOTE) at = text.indexOf("'", at + 2)
  return at === -1 ? UNTERMINATED : at + 1
}

function endOfEscapedString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) {
      if (codeAt(text, at + 1) !== QUOTE) return at + 1
      at++
    }
  }
  return UNTERMINATED
}

/**
 * The position behind the quote that opens the next segment of the same string, or -1: SQL joins two quoted
 * segments with a line break (and `--` comments) between them into one literal.
 */
export function startOfContinuation(text: string, from: number): number {
  let hasLineBreak = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return hasLineBreak ? at + 1 : -1
    if (code === LINE_FEED || code === CARRIAGE_RETURN) hasLineBreak = true
    else if (code === MINUS && codeAt(text, at + 1) === MINUS) at = endOfLine(text, at) - 1
    else if (code !== 0x20 && (code < 0x09 || code > 0x0d)) return -1
  }
  return -1
}

/** The position of the line break that ends a `--` comment, or the end of the text. */
export function endOfLine(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === LINE_FEED || code === CARRIAGE_RETURN) return at
    at++
  }
  return at
}
