import { beforeAll, describe, expect, test } from 'vitest'
import type { ParameterSlot } from '../../packages/query-text/src/query-shape.ts'
import { StatementScanner } from '../../packages/query-text/src/statement-scanner.ts'
import { isDml, loadPostgresParser, postgresStatements } from './support/postgres-parser.ts'
import { statementSources } from './support/statement-sources.ts'
import { type TreeSlot, treeSlots } from './support/tree-slots.ts'

beforeAll(loadPostgresParser)

const options = { backslashEscapes: false, maxTextLength: 1_000_000, keepParameterizedText: false }
const scanner = new StatementScanner()
const MAX_SLOTS = 64

interface Pair {
  readonly statement: string
  readonly tree: TreeSlot
  readonly slot: ParameterSlot
}

/** The slots of queries and changes beside those of the parse tree, where both have as many. */
function pairsOf(statements: readonly string[]): Pair[] {
  const pairs: Pair[] = []
  for (const statement of statements) {
    const tree = postgresStatements(statement)
    if (tree === undefined || !isDml(tree)) continue
    const expected = treeSlots(tree)
    const { slots } = scanner.scan(statement, options)
    // The tree has no constant for a precision, and one for the field of EXTRACT: then nothing can be put side by side.
    if (slots.length === MAX_SLOTS || slots.length !== expected.length) continue
    for (const [index, slot] of slots.entries()) {
      const other = expected[index]
      if (other !== undefined) pairs.push({ statement, tree: other, slot })
    }
  }
  return pairs
}

/** Rows are selected by the identity of the value: what the proof of an N+1 rests on. */
function identifies({ role, column }: ParameterSlot): boolean {
  return column !== undefined && (role === 'eq' || role === 'in' || role === 'any')
}

function describeSlot({ role, column, qualifier }: TreeSlot | ParameterSlot): string {
  return `${role} ${qualifier}.${column}`
}

describe.each(statementSources)('$name', { timeout: 120_000 }, ({ isMissing, statements }) => {
  test.skipIf(isMissing)(
    'a column that a value is said to be compared with is the one of the parse tree',
    () => {
      const pairs = pairsOf(statements())
      const identifying = pairs.filter(({ slot }) => identifies(slot))
      const wrong = identifying.filter(({ slot, tree }) => describeSlot(slot) !== describeSlot(tree))
      console.info(
        `${pairs.length} values, ${identifying.length} identify a row, ${wrong.length} by another column`,
      )
      expect(pairs.length).toBeGreaterThan(500)
      expect(
        wrong.map(({ statement, slot, tree }) => [describeSlot(tree), describeSlot(slot), statement]),
      ).toEqual([])
    },
  )

  test.skipIf(isMissing)(
    'nearly every column that the parse tree compares or writes a value with is found',
    () => {
      const known = pairsOf(statements()).filter(({ tree }) => tree.column !== undefined)
      const missed = known.filter(({ slot, tree }) => describeSlot(slot) !== describeSlot(tree))
      console.info(`${known.length} values with a column, ${missed.length} found without it or otherwise`)
      expect(missed.length / known.length, JSON.stringify(missed.slice(0, 10), null, 1)).toBeLessThan(0.005)
    },
  )

  test.skipIf(isMissing)('every parameter has its number, and every literal none', () => {
    for (const { statement, tree, slot } of pairsOf(statements())) {
      expect(slot.parameter, statement).toBe(tree.parameter)
      expect(slot.literal === undefined, statement).toBe(tree.parameter > 0)
    }
  })
})
