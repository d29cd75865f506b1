import { type Span, SpanKind } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const update = 'UPDATE accounts SET balance = $1 WHERE id = $2'
const log = 'INSERT INTO journal (account_id) VALUES ($1)'

interface Item {
  statements?: readonly (readonly [text: string, values?: readonly unknown[]])[]
  end?: string
  pauseMillis?: number
}

function items({ db, unit }: Simulation, { statements, end = 'COMMIT', pauseMillis = 0.1 }: Item = {}): void {
  for (let id = 1; id <= 12; id++) {
    db.query('BEGIN', [], { pauseMillis })
    for (const [text, values] of statements ?? [
      [update, [5, id]],
      [log, [id]],
    ])
      db.query(text, values)
    db.query(end, [], { millis: 6, site: siteAt('settle') })
  }
  unit.end()
}

test('a loop with a short transaction for each item is information, and no loop of writes', () => {
  const simulation = simulate()
  items(simulation)
  expect(simulation.kinds()).toEqual(['autocommit_loop'])
  expect(simulation.finding('autocommit_loop')).toMatchObject({
    severity: 'info',
    title:
      '12 transactions of one or two statements followed each other, each around UPDATE accounts, in GET /orders.',
    evidence: { count: 12, statements: 24, savedMillis: 66 },
    callSite: { functionName: 'settle' },
    fix: expect.stringContaining('savepoint'),
  })
})

describe('none are transactions that', () => {
  test.each<[string, Item]>([
    [
      'lock what they change',
      { statements: [['SELECT 1 FROM accounts WHERE id = 3 FOR UPDATE'], [update, [1, 3]]] },
    ],
    ['take a setting', { statements: [["SET LOCAL app.tenant = '3'"], [update, [1, 3]]] }],
    ['only read', { statements: [['SELECT * FROM accounts WHERE id = $1', [3]]] }],
    ['are rolled back', { end: 'ROLLBACK' }],
    [
      'have three statements and more',
      {
        statements: [
          [update, [1, 3]],
          [log, [3]],
          ['DELETE FROM holds WHERE id = $1', [3]],
        ],
      },
    ],
    ['come one by one', { pauseMillis: 400 }],
  ])('%s', (_, item) => {
    const simulation = simulate({ writeLoopThreshold: 5 })
    items(simulation, item)
    expect(simulation.kinds()).not.toContain('autocommit_loop')
  })

  test('serve a message', () => {
    const simulation = simulate()
    simulation.unit.rootSpan = { kind: SpanKind.CONSUMER, isRecording: () => false } as unknown as Span
    items(simulation)
    expect(simulation.kinds()).toEqual([])
  })
})
