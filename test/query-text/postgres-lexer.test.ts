import { beforeAll, describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../../packages/query-text/src/analyze-query-text.ts'
import { StatementScanner } from '../../packages/query-text/src/statement-scanner.ts'
import { TokenKind } from '../../packages/query-text/src/tokens/token-kind.ts'
import { TokenReader } from '../../packages/query-text/src/tokens/token-reader.ts'
import { loadPostgresParser, type PostgresToken, postgresTokens } from './support/postgres-parser.ts'
import { statementSources } from './support/statement-sources.ts'

interface Range {
  readonly start: number
  readonly end: number
  readonly isLiteral: boolean
}

beforeAll(loadPostgresParser)

const options = { backslashEscapes: false, maxTextLength: 1_000_000, keepParameterizedText: false }
const scanner = new StatementScanner()
const reader = new TokenReader()

function ourTokens(text: string): Range[] {
  const tokens: Range[] = []
  reader.begin(text, false)
  while (reader.next()) {
    const { kind, start, end } = reader.token
    tokens.push({
      start,
      end,
      isLiteral: kind === TokenKind.StringLiteral || kind === TokenKind.NumberLiteral,
    })
  }
  return tokens
}

/** PostgreSQL's tokens, but the `N` of `N'…'` and its string as the one literal that they are. */
function withoutNationalPrefix(tokens: readonly PostgresToken[]): Range[] {
  const joined: Range[] = []
  let previous = ''
  for (const token of tokens) {
    const before = joined.at(-1)
    const isNational = before?.end === token.start && /^n$/i.test(previous) && token.text.startsWith("'")
    if (isNational) joined[joined.length - 1] = { start: before.start, end: token.end, isLiteral: true }
    else joined.push(token)
    previous = token.text
  }
  return joined
}

function describeRanges(tokens: readonly Range[]): string {
  return tokens.map(({ start, end, isLiteral }) => `${start}-${end}${isLiteral ? '*' : ''}`).join(' ')
}

describe.each(statementSources)('$name', { timeout: 120_000 }, ({ isMissing, statements }) => {
  test.skipIf(isMissing)("every token is one of PostgreSQL's scanner, and every literal is one", () => {
    let tokens = 0
    let literals = 0
    for (const statement of statements()) {
      const expected = withoutNationalPrefix(postgresTokens(statement))
      expect(describeRanges(ourTokens(statement)), statement).toBe(describeRanges(expected))
      tokens += expected.length
      literals += expected.filter(({ isLiteral }) => isLiteral).length
    }
    expect(literals).toBeGreaterThan(1_000)
    console.info(`${tokens} tokens and ${literals} literals of ${statements().length} statements: all agree`)
  })

  test.skipIf(isMissing)("PostgreSQL's scanner finds no literal in a sanitised text", () => {
    for (const statement of statements()) {
      // Without its literal, `U&"…" UESCAPE '!'` has escapes that are none.
      if (/uescape/i.test(statement)) continue
      const { sanitizedText, isFailClosed } = scanner.scan(statement, options)
      expect(isFailClosed, statement).toBe(false)
      const leaked = postgresTokens(sanitizedText).filter(({ isLiteral }) => isLiteral)
      expect(leaked, statement).toEqual([])
    }
  })

  test.skipIf(isMissing)('every parameter of a statement stands in its sanitised text', () => {
    const parameters = (text: string): string[] =>
      postgresTokens(text)
        .filter(({ isParameter }) => isParameter)
        .map(({ text: parameter }) => parameter)
    for (const statement of statements()) {
      if (/uescape/i.test(statement)) continue
      const { sanitizedText } = scanner.scan(statement, options)
      expect(parameters(sanitizedText), statement).toEqual(parameters(statement))
    }
  })

  test.skipIf(isMissing)('sanitising a sanitised text changes nothing', () => {
    for (const statement of statements()) {
      // Behind a value, `NULL` is an option of a JSON function; behind a `?`, which could be an operator, a value.
      if (/null\s+on\s+null/i.test(statement)) continue
      const { sanitizedText, fingerprint } = scanner.scan(statement, options)
      const again = analyzeQueryText(sanitizedText, { maxTextLength: 1_000_000 })
      expect(again.sanitizedText, statement).toBe(sanitizedText)
      if (!sanitizedText.includes('?')) expect(again.fingerprint).toBe(fingerprint)
    }
  })
})
