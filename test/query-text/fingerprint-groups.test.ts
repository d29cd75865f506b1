import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { StatementScanner } from '../../packages/query-text/src/statement-scanner.ts'
import { normalizedCollapsed } from './support/normalized-collapsed.ts'
import { isDml, loadPostgresParser, normalizedTokens, postgresStatements } from './support/postgres-parser.ts'
import { dmlPieces, utilityPieces } from './support/statement-pieces.ts'
import { statementSources } from './support/statement-sources.ts'
import { anyStyle, plainStyle, written } from './support/written-statement.ts'

beforeAll(loadPostgresParser)

const options = { backslashEscapes: false, maxTextLength: 1_000_000, keepParameterizedText: false }
const scanner = new StatementScanner()

/** Groups the queries and changes among the statements by one key, and notes which other keys each group has. */
function grouped(statements: readonly string[]): { byTokens: KeyGroups; byFingerprint: KeyGroups } {
  const byTokens: KeyGroups = new Map()
  const byFingerprint: KeyGroups = new Map()
  for (const statement of statements) {
    const tree = postgresStatements(statement)
    if (tree === undefined || !isDml(tree)) continue
    const tokens = normalizedTokens(statement)
    const { fingerprint } = scanner.scan(statement, options)
    note(byTokens, tokens, fingerprint, statement)
    note(byFingerprint, fingerprint, tokens, statement)
  }
  return { byTokens, byFingerprint }
}

type KeyGroups = Map<string, Map<string, string>>

function note(groups: KeyGroups, key: string, other: string, statement: string): void {
  const group = groups.get(key) ?? new Map<string, string>()
  groups.set(key, group.set(other, statement))
}

describe.each(statementSources)('$name', { timeout: 120_000 }, ({ isMissing, statements }) => {
  test.skipIf(isMissing)('statements that pg_stat_statements groups have one fingerprint', () => {
    const { byTokens } = grouped(statements())
    const split = [...byTokens.values()].filter((group) => group.size > 1)
    // The field of EXTRACT is a word of the query to us, and a constant to PostgreSQL's parser.
    const unexplained = split.filter((group) =>
      [...group.values()].some((text) => !/extract\s*\(/i.test(text)),
    )
    console.info(`${byTokens.size} groups, ${split.length} split, ${unexplained.length} for no known reason`)
    expect(byTokens.size).toBeGreaterThan(300)
    expect(split.length / byTokens.size).toBeLessThanOrEqual(0.001)
    expect(unexplained.map((group) => [...group.values()])).toEqual([])
  })

  test.skipIf(isMissing)(
    'statements of one fingerprint differ in lists, signs and lengths of types at most',
    () => {
      const { byFingerprint } = grouped(statements())
      const merged = [...byFingerprint.values()].filter((group) => group.size > 1)
      const unexplained = merged.filter(
        (group) => new Set([...group.keys()].map(normalizedCollapsed)).size > 1,
      )
      console.info(
        `${byFingerprint.size} fingerprints, ${merged.length} of several groups, ${unexplained.length} unexplained`,
      )
      expect(unexplained.map((group) => [...group.keys()].map(normalizedCollapsed))).toEqual([])
    },
  )
})

describe('a statement keeps its fingerprint', () => {
  const pieces = fc.oneof({ weight: 5, arbitrary: dmlPieces }, { weight: 1, arbitrary: utilityPieces })

  test('whatever its literals, layout, comments, case of words and lengths of lists are', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(pieces, anyStyle, (tree, style) => {
        const plain = scanner.scan(written(tree, plainStyle), options)
        const other = scanner.scan(written(tree, style), options)
        expect(other.fingerprint).toBe(plain.fingerprint)
        expect(other.kind).toBe(plain.kind)
        expect(other.tables).toEqual(plain.tables)
        expect(other.summary.toLowerCase()).toBe(plain.summary.toLowerCase())
      }),
      { numRuns: 3_000 },
    )
  })
})
