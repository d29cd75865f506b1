import { TokenKind } from './token-kind.js'

const LETTER_CASE = 0x20

const kinds = new Uint8Array(128).fill(TokenKind.Other).fill(TokenKind.Control, 0, 0x20)

function classify(characters: string, kind: number): void {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind
}

classify('\u007f', TokenKind.Control)
classify(' \t\n\r\f\v', TokenKind.End)
classify('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', TokenKind.Word)
classify('0123456789', TokenKind.NumberLiteral)
// MySQL's quotes. PostgreSQL has no operator with this character, though one could be made.
classify('`', TokenKind.Other)
classify("'", TokenKind.StringLiteral)
classify('"', TokenKind.Quoted)
classify('$', TokenKind.Parameter)
classify('~!@#^&|?+-*/%<>=', TokenKind.Operator)
classify('(', TokenKind.OpenRound)
classify(')', TokenKind.CloseRound)
classify('[', TokenKind.OpenSquare)
classify(']', TokenKind.CloseSquare)
classify(',', TokenKind.Comma)
classify(';', TokenKind.Semicolon)
classify('.', TokenKind.Dot)
classify(':', TokenKind.Colon)

const folded = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const isUpper = code >= 0x41 && code <= 0x5a
  const kind = kinds[code]
  const isWordPart =
    kind === TokenKind.Word || kind === TokenKind.NumberLiteral || kind === TokenKind.Parameter
  if (isWordPart) folded[code] = isUpper ? code | LETTER_CASE : code
}

/**
 * Spaces beyond ASCII. PostgreSQL takes them for letters; a copied no-break space would then glue `= 12345` into
 * an identifier, and the number would stay readable.
 */
function isWideSpace(code: number): boolean {
  if (code < 0x2000) return code === 0xa0
  if (code <= 0x200b || code === 0x2028 || code === 0x2029) return true
  return code === 0x202f || code === 0x3000 || code === 0xfeff
}

/**
 * Quotes of prose beyond ASCII, as `‘` and `”`. PostgreSQL takes them for letters; but where a word processor has put
 * them, they stand around data.
 */
function isProseQuote(code: number): boolean {
  if (code < 0x2018) return code === 0xab || code === 0xbb || code === 0xb4
  return (
    code <= 0x201f ||
    code === 0x2032 ||
    code === 0x2033 ||
    code === 0x2039 ||
    code === 0x203a ||
    code === 0xff07
  )
}

/**
 * What a token is (one of {@link TokenKind}) that begins with this UTF-16 code unit, as far as one character can tell; `End` for a space, with
 * which none begins. Everything beyond ASCII but spaces and the quotes of prose is a letter, lone surrogates too.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_0/src/backend/parser/scan.l
 */
export function leadingKind(code: number): number {
  if (code < 128) return kinds[code] ?? TokenKind.Other
  if (isWideSpace(code)) return TokenKind.End
  return isProseQuote(code) ? TokenKind.Other : TokenKind.Word
}

/** A code unit of an unquoted word, folded as PostgreSQL folds it (ASCII only); 0 if it is no part of a word. */
export function foldedWordCode(code: number): number {
  if (code < 128) return folded[code] ?? 0
  return isWideSpace(code) || isProseQuote(code) ? 0 : code
}
