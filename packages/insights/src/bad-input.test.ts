import { DiagLogLevel, diag } from '@opentelemetry/api'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { column } from '../test/simulated-database.js'
import { simulate } from '../test/simulation.js'

const complaints: string[] = []
beforeEach(() => {
  complaints.length = 0
  const complain = (message: string): void => void complaints.push(message)
  diag.setLogger({ error: complain, warn: complain, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  onTestFinished(() => diag.disable())
})

const trap = (): never => {
  throw new Error('do not touch')
}
const cyclic: { self?: unknown; list?: unknown[] } = {}
cyclic.self = cyclic
cyclic.list = [cyclic]
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const columns = Array.from({ length: 10_000 }, (_, n) => `c${n}_id`)
const ids = [9041, 217, 3310, 58213, 771, 4402]

/** Made when they are used: a test runner prints what it is given. */
const exotic: { readonly [name: string]: () => unknown } = {
  'a cycle': () => cyclic,
  'an object without a prototype': () => Object.create(null),
  'methods that throw': () => ({
    toPostgres: trap,
    toJSON: trap,
    toString: trap,
    [Symbol.toPrimitive]: trap,
  }),
  'a symbol': () => Symbol('a'),
  'a function': () => () => 1,
  NaN: () => Number.NaN,
  'a huge integer': () => 2n ** 20_000n,
  'no date': () => new Date(Number.NaN),
  'a large buffer': () => Buffer.alloc(1_000_000),
  'a lone surrogate': () => '\u0000\ud800',
  'a long text': () => 'x'.repeat(1_000_000),
  'arrays in arrays': () => [[[[]]]],
  'a long array': () => Array.from({ length: 100_000 }, (_, n) => n),
  'a map': () => new Map([[1, 2]]),
  'a promise': () => Promise.resolve(1),
  nothing: () => undefined,
  null: () => null,
}

describe('the application is untouched, and what it does next is judged, after', () => {
  test.each(Object.entries(exotic))('a value that is %s', (_, make) => {
    const { db, unit, insights, kinds } = simulate({ slowQueryMillis: false })
    const value = make()
    for (let n = 0; n < 12; n++) {
      db.query('SELECT * FROM a WHERE id = $1 AND b = ANY($2)', [value, [value]])
      db.query('SELECT * FROM b', [], { rows: [{ id: value }, { id: value }] })
    }
    expect(insights.statistics().limits.rests).toBe(0)
    db.query('SELECT id, customer_id FROM orders', [], { rows: column('customer_id', ids) })
    for (const id of ids) db.query('SELECT name FROM customers WHERE id = $1', [id])
    unit.end()
    expect(kinds()).toContain('n_plus_one')
  })

  test('values that no check survives: each is an error of our own, and the breaker counts it', () => {
    const { db, insights } = simulate({ slowQueryMillis: false })
    const throwing = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap })
    for (const value of [throwing, revoked.proxy]) {
      for (let n = 0; n < 6; n++) db.query('SELECT * FROM a WHERE id = $1 AND b = ANY($2)', [value, value])
    }
    expect(insights.statistics().limits.rests).toBe(1)
    expect(complaints).toHaveLength(1)
  })

  test.each<[string, () => unknown[]]>([
    ['a million rows', () => Array.from({ length: 1_000_000 }, (_, id) => ({ id }))],
    ['ten thousand columns', () => [0, 1].map((n) => Object.fromEntries(columns.map((name) => [name, n])))],
    ['rows that are no objects', () => [[1, 2], null, undefined, 7, 'x']],
  ])('%s', (_, make) => {
    const { db, unit, insights } = simulate({ slowQueryMillis: false })
    const rows = make()
    for (let n = 0; n < 5; n++) {
      // What a driver with parsers of its own may give.
      db.query('SELECT * FROM a WHERE id = $1', [n], { rows: rows as Record<string, unknown>[] })
    }
    unit.end()
    expect(insights.statistics().limits.rests).toBe(0)
    expect(complaints).toEqual([])
  })

  test.each([
    '',
    '\u0000',
    "SELECT '",
    'SELECT $tag$',
    '('.repeat(100_000),
    `SELECT ${'1,'.repeat(50_000)}1`,
    `SELECT * FROM a WHERE b IN (${Array.from({ length: 20_000 }, (_, n) => `$${n + 1}`)})`,
    'SELECT $0, $99999999999999999999, $-1 FROM a WHERE b = $1',
    '/*'.repeat(10_000),
    '\ud800\udfff SELECT \u202e',
    `SELECT "${'x'.repeat(1_000_000)}"`,
    'constructor __proto__ hasOwnProperty',
  ])('hostile SQL, number %#', (text) => {
    const { db, unit, insights } = simulate({ slowQueryMillis: false })
    for (let n = 0; n < 6; n++) db.query(text, [n, n], { rows: [{ id: n }] })
    unit.end()
    expect(insights.statistics()).toMatchObject({ queries: 6, limits: { rests: 0 } })
    expect(JSON.stringify(insights.recentUnit(1)).length).toBeLessThan(100_000)
    expect(complaints).toEqual([])
  })

  test.each([
    ['back by an hour', -3_600_000],
    ['forward by a year', 31_536_000_000],
  ])('a clock that jumps %s', (_, jump) => {
    const { db, unit, insights } = simulate()
    db.query('SELECT id, customer_id FROM orders', [], { rows: column('customer_id', ids) })
    db.query('SELECT name FROM customers WHERE id = $1', [ids[0]])
    db.wait(jump)
    for (const id of ids) db.query('SELECT name FROM customers WHERE id = $1', [id])
    db.wait(-jump)
    unit.end()
    expect(insights.statistics()).toMatchObject({ queries: 8, units: 1, limits: { rests: 0 } })
    expect(insights.recentUnit(1)?.listed).toHaveLength(8)
    expect(complaints).toEqual([])
  })
})
