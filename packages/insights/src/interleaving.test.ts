import { UnitOfWork } from '@pgspan/lifecycle'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type Conditions, column, SimulatedDatabase, siteAt } from '../test/simulated-database.js'
import { createInsights } from './insights.js'

interface Step {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly conditions?: Conditions
}

const ids = [9041, 217, 3310, 58213, 771, 4402, 1115, 90210]

/** What one unit of work may do; some of it is worth a finding. */
const stories: { readonly [name: string]: readonly Step[] } = {
  'N+1': [
    { text: 'SELECT id, customer_id FROM orders', conditions: { rows: column('customer_id', ids) } },
    ...ids.map((id) => ({ text: 'SELECT * FROM customers WHERE id = $1', values: [id] })),
  ],
  'N+1 without a source': ids.map((id) => ({
    text: 'SELECT * FROM customers WHERE id = $1',
    values: [id],
    conditions: { site: siteAt('load'), rows: [{ id }] },
  })),
  duplicates: ids.map(() => ({ text: 'SELECT * FROM config WHERE name = $1', values: ['a'] })),
  constants: [
    { text: 'SELECT id FROM products', conditions: { rows: column('id', [1, 2, 3, 4, 5, 6, 7, 8]) } },
    ...[1, 2, 3, 4, 5, 6].map((id) => ({ text: 'SELECT * FROM settings WHERE id = $1', values: [id] })),
  ],
  writes: ids.flatMap((id) => [
    { text: 'SELECT * FROM customers WHERE id = $1', values: [id], conditions: { site: siteAt('touch') } },
    { text: 'UPDATE customers SET seen = now() WHERE id = $1', values: [id] },
  ]),
  pages: ids.map((_, n) => ({
    text: 'SELECT * FROM customers ORDER BY id LIMIT $1 OFFSET $2',
    values: [50, 50 * n],
  })),
  'slow query': [{ text: 'SELECT * FROM reports', conditions: { millis: 140 } }],
}

/** The findings of units of work whose steps take turns as `turns` says. */
function findingsOf(names: readonly string[], turns: readonly number[]): readonly string[] {
  const insights = createInsights()
  const db = new SimulatedDatabase(insights.observer)
  const running = names.map((name, n) => ({
    unit: new UnitOfWork('job', `${n} ${name}`),
    steps: [...(stories[name] ?? [])],
  }))
  for (let turn = 0; running.some(({ steps }) => steps.length > 0); turn++) {
    const waiting = running.filter(({ steps }) => steps.length > 0)
    const next = waiting[(turns[turn % turns.length] ?? 0) % waiting.length]
    const step = next?.steps.shift()
    if (next && step) db.query(step.text, step.values, { ...step.conditions, unit: next.unit })
  }
  for (const { unit } of running) unit.end()
  insights.close()
  vi.restoreAllMocks()
  return insights
    .findings()
    .map(({ id, kind, tier, unit, evidence, source }) =>
      [unit, kind, tier, evidence.count, evidence.coverage, source?.column, id].join(' | '),
    )
    .sort()
}

test('units of work that run at the same time are judged as if each ran alone', () => {
  const some = fc.array(fc.constantFrom(...Object.keys(stories)), { minLength: 2, maxLength: 6 })
  const turns = fc.array(fc.nat(5), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(some, turns, (names, order) => {
      expect(findingsOf(names, order)).toEqual(findingsOf(names, [0]))
    }),
    { numRuns: 200 },
  )
})

test('each story has its verdict', () => {
  const verdicts = Object.keys(stories).map((name) =>
    findingsOf([name], [0]).map((line) => line.split(' | ').slice(0, 3)),
  )
  expect(verdicts).toEqual([
    [['0 N+1', 'n_plus_one', 'proven']],
    [['0 N+1 without a source', 'n_plus_one', 'strong']],
    [['0 duplicates', 'duplicate_query', '']],
    [],
    [],
    [],
    [['0 slow query', 'slow_query', '']],
  ])
})
