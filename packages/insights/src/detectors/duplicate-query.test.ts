import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

const selectConfig = 'SELECT value FROM config WHERE name = $1'
const selectUser = 'SELECT * FROM users WHERE id = $1'

describe('a duplicate query asks for the same three times and more', () => {
  test('from one place', () => {
    const { db, unit, finding } = simulate()
    for (let n = 0; n < 6; n++)
      db.query(selectConfig, ['currency'], { site: siteAt('currency', 3), millis: 2 })
    unit.end()
    expect(finding('duplicate_query')).toMatchObject({
      tier: undefined,
      severity: 'info',
      title: 'SELECT config asked for the same 6 times, in GET /orders.',
      evidence: { count: 6, distinct: 1, savedMillis: 10, concurrency: 'sequential' },
      callSite: { functionName: 'currency', line: 3 },
      fix: expect.stringContaining('Ask once'),
      docs: 'duplicate-query',
    })
  })

  test('from several places, with other queries in between', () => {
    const { db, unit, finding } = simulate()
    for (const place of ['authenticate', 'resolve', 'serialise']) {
      db.query(selectUser, [7], { site: siteAt(place), millis: 12 })
      db.query(`SELECT * FROM ${place}_rules`)
    }
    unit.end()
    expect(finding('duplicate_query')).toMatchObject({ severity: 'warning', evidence: { count: 3 } })
  })

  test('from several places, with slow queries in between', () => {
    const { db, unit, kinds } = simulate({ slowQueryMillis: false })
    for (const place of ['authenticate', 'resolve', 'serialise']) {
      db.query(selectUser, [7], { site: siteAt(place), millis: 2 })
      db.query(`SELECT * FROM ${place}_rules`, [], { millis: 400 })
    }
    unit.end()
    expect(kinds()).toEqual(['duplicate_query'])
  })

  test('as information, where time passes before each: something may have changed', () => {
    const { db, unit, finding } = simulate()
    for (let n = 0; n < 8; n++) db.query(selectUser, [7], { millis: 20, pauseMillis: 100 })
    unit.end()
    expect(finding('duplicate_query')).toMatchObject({ severity: 'info', evidence: { count: 8 } })
  })

  test('also without any values, and with values in the text', () => {
    const { db, unit, insights } = simulate()
    for (let n = 0; n < 3; n++) db.query('SELECT * FROM countries')
    for (let n = 0; n < 3; n++) db.query("SELECT * FROM config WHERE name = 'currency'")
    unit.end()
    expect(insights.findings().map(({ summary }) => summary)).toEqual(['SELECT config', 'SELECT countries'])
  })

  test('after a write, all of them', () => {
    const { db, unit, finding } = simulate()
    db.query('UPDATE users SET name = $1 WHERE id = $2', ['x', 7])
    for (let n = 0; n < 3; n++) db.query(selectUser, [7])
    unit.end()
    expect(finding('duplicate_query')?.evidence.count).toBe(3)
  })

  test('among others: three of the same are enough', () => {
    const { db, unit, finding } = simulate()
    for (const id of [1, 2, 1, 3, 1]) db.query(selectUser, [id])
    unit.end()
    expect(finding('duplicate_query')?.evidence).toMatchObject({ count: 3, distinct: 3 })
  })

  test('is told after a hundred, for a unit of work that never ends', () => {
    const { db, kinds } = simulate()
    for (let n = 0; n < 99; n++) db.query(selectConfig, ['currency'])
    expect(kinds()).toEqual([])
    db.query(selectConfig, ['currency'])
    expect(kinds()).toEqual(['duplicate_query'])
  })
})

describe('no duplicates are', () => {
  test.each<[string, (simulation: ReturnType<typeof simulate>) => void]>([
    ['two of the same', ({ db }) => twice(() => db.query(selectUser, [7]))],
    ['different values', ({ db }) => times(4, (n) => db.query(selectUser, [n]))],
    [
      'reads before and after a write to the table',
      ({ db }) => {
        twice(() => db.query(selectUser, [7]))
        db.query('UPDATE users SET name = $1 WHERE id = $2', ['x', 7])
        twice(() => db.query(selectUser, [7]))
      },
    ],
    [
      'reads in different sessions settings',
      ({ db }) => {
        for (const tenant of ['a', 'b', 'c', 'd']) {
          db.query(`SET search_path = ${tenant}`)
          db.query('SELECT * FROM settings')
        }
      },
    ],
    ['polling', ({ db }) => times(8, () => db.query(selectUser, [7], { pauseMillis: 400 }))],
    [
      'polling of two tables',
      ({ db }) =>
        times(8, () => {
          db.query(selectUser, [7], { pauseMillis: 400 })
          db.query('SELECT * FROM jobs', [], { millis: 20 })
        }),
    ],
    ['probes of the connection', ({ db }) => times(5, () => db.query('SELECT 1'))],
    ['locks', ({ db }) => times(5, () => db.query(`${selectUser} FOR UPDATE`, [7]))],
    [
      'functions that give something else each time',
      ({ db }) => times(5, () => db.query("SELECT nextval('s') FROM t")),
    ],
    ['writes', ({ db }) => times(5, () => db.query('UPDATE users SET hits = hits + 1 WHERE id = $1', [7]))],
    ['reads that fail', ({ db }) => times(5, () => db.query(selectUser, [7], { error: { code: '57014' } }))],
    [
      'reads in a transaction each',
      ({ db }) =>
        times(5, () => {
          db.query('BEGIN')
          db.query(selectUser, [7])
          db.query('COMMIT')
        }),
    ],
    ['values that cannot be compared', ({ db }) => times(5, () => db.query(selectUser, [{ id: 7 }]))],
    [
      'statements that say so',
      ({ db }) => times(5, () => db.query(`/* pgspan:ignore duplicate_query */ ${selectUser}`, [7])),
    ],
    [
      'statements that ignore everything',
      ({ db }) => times(5, () => db.query(`${selectUser} -- pgspan:ignore *`, [7])),
    ],
  ])('%s', (_, act) => {
    const simulation = simulate()
    act(simulation)
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
  })

  test('the same queries of different units of work', () => {
    const { insights, db } = simulate()
    db.unit = undefined
    times(5, () => db.query(selectUser, [7]))
    expect(insights.findings()).toEqual([])
  })
})

function times(count: number, act: (n: number) => void): void {
  for (let n = 0; n < count; n++) act(n)
}

function twice(act: () => void): void {
  times(2, act)
}
