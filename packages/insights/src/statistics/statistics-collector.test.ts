import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { simulate } from '../../test/simulation.js'
import { QuantileSketch } from './quantile-sketch.js'

describe('statistics', () => {
  test('count queries by statement, with the largest total first', () => {
    const { db, insights } = simulate()
    for (let n = 1; n <= 100; n++)
      db.query(`SELECT * FROM orders WHERE id = ${n}`, [], { millis: n, rows: [{ id: n }] })
    db.query('SELECT * FROM users', [], { millis: 3, rows: [{ id: 1 }, { id: 2 }] })
    const { queries, totalMillis, families } = insights.statistics()
    expect(queries).toBe(101)
    expect(totalMillis).toBeCloseTo(5_053)
    expect(families).toMatchObject([
      { summary: 'SELECT orders', statement: 'SELECT * FROM orders WHERE id = ?', count: 100, rows: 100 },
      { summary: 'SELECT users', count: 1, rows: 2 },
    ])
    expect(families[0]?.maximumMillis).toBeCloseTo(100)
    expect(families[0]?.p50Millis).toBeGreaterThan(45)
    expect(families[0]?.p50Millis).toBeLessThan(55)
    expect(families[0]?.p95Millis).toBeGreaterThan(86)
    expect(families[0]?.p95Millis).toBeLessThanOrEqual(100)
  })

  test('count failures by SQLSTATE, in all, by statement and by route', () => {
    const { db, unit, insights } = simulate()
    db.query('SELECT 1 FROM a', [], { error: { code: '42P01' } })
    db.query('SELECT 1 FROM a', [], { error: { code: '42P01' } })
    db.query('SELECT 1 FROM b', [], { error: { code: 'ECONNRESET' } })
    db.query('SELECT 1 FROM b', [], { error: new Error('boom') })
    unit.end()
    const { failedQueries, families, routes } = insights.statistics()
    expect(failedQueries).toEqual({ '42P01': 2, ECONNRESET: 1, unknown: 1 })
    expect(families.find(({ summary }) => summary === 'SELECT a')?.errors).toEqual({ '42P01': 2 })
    expect(routes[0]?.errors).toEqual({ '42P01': 2, ECONNRESET: 1, unknown: 1 })
  })

  test('show a statement that the server could not read up to its first literal only', () => {
    const { db, insights } = simulate()
    const text = "SELECT * FROM person WHERE name = 'x'or brien b' AND id > '"
    const statements = (): unknown => insights.statistics().families.map(({ statement }) => statement)
    db.query(text, [], { error: { code: '57014' } })
    expect(statements()).toEqual(['SELECT * FROM person WHERE name = ?or brien ?'])
    for (const code of ['42601', '57014']) {
      db.query(text, [], { error: { code } })
      expect(statements()).toEqual(['SELECT * FROM person WHERE name = ?'])
    }
  })

  test('count units of work by the name that they end with', () => {
    const { db, insights } = simulate()
    for (const size of [2, 4, 40]) {
      const unit = new UnitOfWork('http', 'GET /orders/17')
      for (let n = 0; n < size; n++) db.query('SELECT 1 FROM a', [], { unit })
      unit.name = 'GET /orders/:id'
      unit.end()
    }
    const { units, perUnit, routes } = insights.statistics()
    expect(units).toBe(3)
    expect(perUnit.queries).toBeCloseTo(46 / 3)
    expect(routes).toMatchObject([
      { name: 'GET /orders/:id', units: 3, queries: 46, p50Queries: 4, p95Queries: 40, maximumQueries: 40 },
    ])
  })

  test('leave out units of work without queries, and count those outside any', () => {
    const { db, insights } = simulate()
    db.query('SELECT 1 FROM a', [], { unit: undefined })
    new UnitOfWork('http', 'GET /').end()
    expect(insights.statistics()).toMatchObject({ queries: 1, units: 0, perUnit: { queries: 0 } })
  })

  test('count waits by pool', () => {
    const { db, insights } = simulate()
    db.checkOut(20)
    db.checkOut(50)
    expect(insights.statistics().poolWaits).toEqual([
      { pool: 'shop', count: 2, totalMillis: 70, maximumMillis: 50 },
    ])
  })

  test('keep 200 statements and 200 routes, and the rest together', () => {
    const { db, insights } = simulate()
    for (let n = 0; n < 1_000; n++) {
      const unit = new UnitOfWork('http', `GET /${n}`)
      db.query(`SELECT c${n} FROM t${n}`, [], { unit })
      unit.end()
    }
    const { families, routes } = insights.statistics()
    expect(families.length).toBe(201)
    expect(families.find(({ fingerprint }) => fingerprint === '_OTHER')).toMatchObject({
      count: 800,
      statement: '',
    })
    expect(routes.length).toBe(201)
    expect(routes.find(({ name }) => name === '_OTHER')?.units).toBe(800)
  })
})

describe('a quantile sketch', () => {
  test('is off by nine percent at most', () => {
    const sketch = new QuantileSketch()
    for (let n = 1; n <= 10_000; n++) sketch.add(n / 7)
    for (const share of [0.01, 0.5, 0.9, 0.95, 0.99]) {
      const exact = (10_000 * share) / 7
      expect(Math.abs(sketch.quantile(share) - exact) / exact).toBeLessThan(0.09)
    }
  })

  test('is exact for a constant, and 0 for nothing', () => {
    const sketch = new QuantileSketch()
    expect(sketch.quantile(0.5)).toBe(0)
    for (let n = 0; n < 5; n++) sketch.add(13)
    expect(sketch.quantile(0.5)).toBe(13)
  })

  test('takes figures of any size', () => {
    const sketch = new QuantileSketch()
    for (const figure of [0, 1e-9, 1e12]) sketch.add(figure)
    expect(sketch.quantile(0.5)).toBeLessThan(0.01)
    expect(sketch.maximum).toBe(1e12)
  })
})
