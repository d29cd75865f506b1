import { endOfBareUuid } from './bare-uuid.js'
import { codeAt } from './code-at.js'
import { keywords } from './keyword.js'
import { UNTERMINATED } from './quoted-text.js'
import { readString } from './read-string.js'
import type { Token } from './token.js'
import { TokenKind } from './token-kind.js'
import { hashFoldedWord, hashQuotedIdentifier } from './word-hash.js'

const { Word } = TokenKind
/** As in the module that it comes from; there it is a property of an object. */
const knownWords = keywords

const AMPERSAND = 0x26
const MINUS = 0x2d
const SINGLE_QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const LOWER_B = 0x62
const LOWER_E = 0x65
const LOWER_N = 0x6e
const LOWER_U = 0x75
const LOWER_X = 0x78
const UUID_FIRST_GROUP = 8

/** Reads what begins with a letter: a word, a string with a prefix such as `E'…'`, or a UUID without quotes. */
export function readWord(token: Token, backslashEscapes: boolean): void {
  const { text, start } = token
  const end = hashFoldedWord(token, text, start)
  const length = end - start
  if (length === 1 && end < text.length && readPrefixed(token, backslashEscapes)) return
  if (length === UUID_FIRST_GROUP && readUuid(token, end)) return
  const entry = knownWords.get(token.hashA, token.hashB)
  if (entry !== undefined) {
    token.keyword = entry.keyword
    token.traits = entry.traits
  }
  token.kind = Word
  token.end = end
}

/** Reads a UUID without quotes of which a word is the first group; false if there is none. */
function readUuid(token: Token, groupEnd: number): boolean {
  if (codeAt(token.text, groupEnd) !== MINUS) return false
  const end = endOfBareUuid(token.text, token.start)
  if (end === -1) return false
  token.take(TokenKind.NumberLiteral, end)
  return true
}

/** Reads what one letter and a quote begin; false if the letter is a word of its own. */
function readPrefixed(token: Token, backslashEscapes: boolean): boolean {
  const { text, start } = token
  const letter = text.charCodeAt(start) | 0x20
  const next = text.charCodeAt(start + 1)
  if (next === AMPERSAND && letter === LOWER_U) return readUnicode(token)
  if (next !== SINGLE_QUOTE) return false
  if (letter === LOWER_E) readString(token, start + 1, true, false)
  else if (letter === LOWER_N) readString(token, start + 1, backslashEscapes, false)
  else if (letter === LOWER_B || letter === LOWER_X) readString(token, start + 1, false, false)
  else return false
  return true
}

/** Reads `U&'…'` and `U&"…"`; false if it is neither. */
function readUnicode(token: Token): boolean {
  const quote = token.start + 2
  const code = codeAt(token.text, quote)
  if (code === SINGLE_QUOTE) readString(token, quote, false, false)
  else if (code === DOUBLE_QUOTE) readQuotedIdentifier(token, quote)
  else return false
  return true
}

/**
 * Reads `"…"`. Without a closing quote it is a literal: nobody knows what it holds.
 *
 * @param quote the position of the opening quote
 */
export function readQuotedIdentifier(token: Token, quote: number): void {
  const end = hashQuotedIdentifier(token, token.text, quote + 1)
  if (end === -1) token.takeString(quote + 1, UNTERMINATED, 0, false)
  else token.take(TokenKind.Quoted, end)
}
