import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const update = 'UPDATE users SET last_seen = now() WHERE id = $1'

/** As many requests as there are values. */
function requests(
  { db }: Simulation,
  text: string,
  values: readonly (readonly unknown[])[],
  rowCount = 0,
): void {
  for (const one of values) {
    db.unit = new UnitOfWork('http', 'GET /orders')
    db.query(text, one, { rowCount, site: siteAt('touch') })
    db.unit.end()
  }
}

describe('a write that changes nothing is information', () => {
  test('at the third different row, in one unit of work or in several', () => {
    const simulation = simulate()
    requests(simulation, update, [[1], [1], [2]])
    expect(simulation.kinds()).toEqual([])
    requests(simulation, update, [[3]])
    expect(simulation.finding('zero_row_write')).toMatchObject({
      severity: 'info',
      title: 'UPDATE users changed no row, 4 times in a row for different values, in GET /orders.',
      callSite: { functionName: 'touch' },
    })
  })

  test('and is said at 3, 5, 10, 20, 50 …', () => {
    const simulation = simulate()
    requests(
      simulation,
      update,
      Array.from({ length: 60 }, (_, id) => [id]),
    )
    expect(simulation.finding('zero_row_write')).toMatchObject({ count: 5, evidence: { count: 50 } })
  })

  test('and is none if it changed one in between', () => {
    const simulation = simulate()
    requests(simulation, update, [[1], [2]])
    requests(simulation, update, [[3]], 1)
    requests(simulation, update, [[4], [5]])
    expect(simulation.kinds()).toEqual([])
  })
})

describe('writes that expect to change nothing now and then are none', () => {
  const keys = [[11], [12], [13], [14], [15]]
  test.each<[string, string, readonly (readonly unknown[])[]]>([
    ['the same row again, as in a retry', update, [[7], [7], [7], [7]]],
    [
      'a version',
      'UPDATE t SET name = $2 WHERE id = $1 AND version = $3',
      [
        [1, 'a', 1],
        [2, 'a', 1],
        [3, 'a', 2],
      ],
    ],
    ['a state that is set', "UPDATE t SET phase = 'done' WHERE id = $1 AND phase = 'open'", keys],
    ['an amount', 'UPDATE stock SET amount = amount - 1 WHERE id = $1 AND amount >= 1', keys],
    ['what is not there', 'UPDATE t SET sent = true WHERE id = $1 AND sent_at IS NULL', keys],
    ['a range', 'DELETE FROM sessions WHERE expires < $1', keys],
    ['an insert', 'INSERT INTO t (id) VALUES ($1) ON CONFLICT DO NOTHING', keys],
    ['a queue', 'DELETE FROM q WHERE id = (SELECT id FROM q WHERE kind = $1 FOR UPDATE SKIP LOCKED)', keys],
  ])('%s', (_, text, values) => {
    const simulation = simulate()
    requests(simulation, text, values)
    expect(simulation.kinds()).toEqual([])
  })

  test('an attempt that an INSERT follows', () => {
    const { db, kinds } = simulate()
    for (const id of [1, 2, 3, 4, 5]) {
      db.query(update, [id], { rowCount: 0 })
      db.query('INSERT INTO users (id) VALUES ($1)', [id])
    }
    expect(kinds()).toEqual([])
  })
})

test('a query of another client, of which only the returned rows are known, is none', () => {
  const { insights, kinds } = simulate()
  for (const id of [1, 2, 3, 4])
    insights.recordQuery({ text: update, values: [id], rows: [], durationMillis: 1 })
  expect(kinds()).toEqual([])
})
