import { describe, expect, test } from 'vitest'
import { simulate } from '../../test/simulation.js'

const select = 'SELECT * FROM customers WHERE id = $1'

describe('a repeated query whose values nobody hands over', () => {
  test('is information, and no N+1', () => {
    const { db, unit, insights } = simulate()
    for (let n = 0; n < 12; n++) db.query(select)
    unit.end()
    expect(insights.findings()).toMatchObject([
      {
        kind: 'repeated_query',
        tier: undefined,
        severity: 'info',
        title: 'SELECT customers ran 12 times, with values that are not known, in GET /orders.',
        evidence: { count: 12 },
        fix: expect.stringContaining('WHERE id = ANY($1)'),
      },
    ])
    expect(insights.findings()[0]?.evidence).not.toHaveProperty('distinct')
  })

  test.each<[string, (simulation: ReturnType<typeof simulate>) => void]>([
    ['four times', ({ db }) => times(4, () => db.query(select))],
    [
      'with pauses of a poller',
      ({ db }) => times(12, () => db.query(select, undefined, { pauseMillis: 400 })),
    ],
    [
      'without a value that selects rows',
      ({ db }) => times(12, () => db.query('SELECT * FROM t LIMIT $1 OFFSET $2')),
    ],
    ['with locks', ({ db }) => times(12, () => db.query(`${select} FOR UPDATE`))],
    [
      'with writes in between',
      ({ db }) =>
        times(12, () => {
          db.query(select)
          db.query('UPDATE customers SET seen = $1')
        }),
    ],
  ])('is nothing %s', (_, act) => {
    const simulation = simulate()
    act(simulation)
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
  })
})

function times(count: number, act: () => void): void {
  for (let n = 0; n < count; n++) act()
}
