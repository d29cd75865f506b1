import { BOUNDARY } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'
import type { TokenReader } from './tokens/token-reader.js'

const { Word, Quoted, StringLiteral, Parameter, Operator, OpenRound, OpenSquare, Comma, Semicolon, Other } =
  TokenKind
const DOLLAR = 0x24
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/**
 * Where what may be data begins in a text whose quoting is broken: at the first quoted literal, or at a character that
 * SQL does not have. Where words run into the literal's quote, the opening quote may be missing, and they are data too:
 * all of `Mary O Brien` in `name = Mary O Brien'`.
 *
 * @returns the length of the text if it holds neither
 */
export function startOfData(reader: TokenReader, text: string, backslashEscapes: boolean): number {
  const { token } = reader
  reader.begin(text, backslashEscapes)
  let start = text.length
  let runStart = -1
  while (start === text.length && reader.next()) {
    if (token.kind === StringLiteral) {
      const isGlued = runStart !== -1 && token.start === token.previousEnd
      start = isGlued ? runStart : token.start
    } else if (isForeign(token) || holdsQuote(token) || isBrace(token)) start = token.start
    else if (separates(token)) runStart = -1
    else if (runStart === -1) runStart = token.start
  }
  reader.begin('', false)
  return start
}

/**
 * What never stands outside of quotes and comments, and tells that data do: quotes of other languages, a backslash, or
 * an object of JSON, the tag of a dollar quote that begins with a digit. Placeholders such as `$` and `{id}` may be there by mistake without any data.
 */
export function isForeign({ kind, previousKind, previousEnd, start, text }: Token): boolean {
  if (kind === Quoted) return previousKind === Other
  if (kind !== Other) return false
  const code = text.charCodeAt(start)
  if (code === DOLLAR) return previousKind === Parameter && start === previousEnd
  return code !== OPEN_BRACE && code !== CLOSE_BRACE
}

/** The braces of an array, `{a,b}'`, are as good as quotes in a broken text. */
function isBrace({ kind, text, start }: Token): boolean {
  return kind === Other && text.charCodeAt(start) !== DOLLAR
}

/** A name with quotes in it: `AS$$…` and `"it's"` are names to PostgreSQL, but perhaps not to who wrote them. */
function holdsQuote({ kind, text, start, end }: Token): boolean {
  if (kind === Word) return text.slice(start, end).includes('$$')
  return kind === Quoted && text.slice(start, end).includes("'")
}

/** A value may begin behind the token. */
function separates(token: Token): boolean {
  switch (token.kind) {
    case Word:
      return (token.traits & BOUNDARY) !== 0
    case Operator:
      return token.meaning !== 'sign'
    case OpenRound:
    case OpenSquare:
    case Comma:
    case Semicolon:
      return true
    default:
      return false
  }
}
