import { UnitOfWork } from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

const select = 'SELECT * FROM orders WHERE note LIKE $1'
const shapes = new QueryShapeCache()

describe('a query is slow when its execution took long', () => {
  test('with the breakdown of where its time went and the line that made it', () => {
    const { db, finding } = simulate()
    const checkout = db.checkOut(40)
    db.query(select, ['%a%'], {
      millis: 350,
      queueMillis: 30,
      checkout,
      rows: [{ id: 1 }],
      site: siteAt('search'),
    })
    expect(finding('slow_query')).toMatchObject({
      severity: 'info',
      title: 'SELECT orders took 320 ms to execute, in GET /orders.',
      evidence: {
        count: 1,
        thresholdMillis: 100,
        executionMillis: 320,
        poolWaitMillis: 40,
        queueMillis: 30,
        consumerMillis: 0,
        rows: 1,
      },
      statement: select,
      callSite: { functionName: 'search' },
      fix: expect.stringContaining('EXPLAIN'),
    })
  })

  test('with the wait for the connection only where it was waited for', () => {
    const { db, insights } = simulate()
    const checkout = db.checkOut(40)
    db.query(select, ['%a%'], { millis: 350, checkout })
    db.query('SELECT * FROM users', [], { millis: 350, checkout })
    expect(insights.findings().map(({ evidence }) => evidence.poolWaitMillis)).toEqual([0, 40])
  })

  test.each<[string, number, object]>([
    ['waiting for the client', 500, { queueMillis: 450 }],
    ['pauses of a cursor\u2019s reader', 500, { consumerMillis: 450 }],
    ['an event loop that was blocked', 500, { stallMillis: 450 }],
    ['execution below the threshold', 99, {}],
  ])('and not for %s', (_, millis, conditions) => {
    const { db, kinds } = simulate()
    db.query(select, ['%a%'], { millis, ...conditions })
    expect(kinds()).toEqual([])
  })

  test('and not for waiting for the pool', () => {
    const { db, kinds } = simulate()
    const checkout = db.checkOut(800)
    db.query(select, ['%a%'], { checkout, millis: 5 })
    expect(kinds()).toEqual(['pool_wait'])
  })

  test('outside any unit of work, and when it failed', () => {
    const { db, finding } = simulate()
    db.query(select, ['%a%'], { millis: 200, unit: undefined, error: { code: '57014' } })
    expect(finding('slow_query')).toMatchObject({ unit: '', evidence: { error: '57014' } })
  })

  test('by the threshold that was set, or never', () => {
    const sensitive = simulate({ slowQueryMillis: 10 })
    sensitive.db.query(select, ['%a%'], { millis: 12 })
    expect(sensitive.kinds()).toEqual(['slow_query'])
    const off = simulate({ slowQueryMillis: false })
    off.db.query(select, ['%a%'], { millis: 60_000 })
    expect(off.kinds()).toEqual([])
  })
})

describe('the threshold of a slow query', () => {
  test('is that of the kind of work', () => {
    const { db, insights } = simulate({ slowQueryMillis: { http: 50, job: 1_000, outside: false } })
    for (const unit of [new UnitOfWork('http', 'GET /a'), new UnitOfWork('job', 'b'), undefined]) {
      db.query(select, ['%a%'], { millis: 200, unit })
    }
    const traced = new UnitOfWork('trace', 'GET /c')
    db.query(select, ['%a%'], { millis: 99, unit: traced })
    db.query(select, ['%a%'], { millis: 101, unit: traced })
    expect(insights.findings().map(({ unit, evidence }) => [unit, evidence.thresholdMillis])).toEqual([
      ['GET /c', 100],
      ['GET /a', 50],
    ])
  })

  test.each(['SELECT orders', shapes.shapeOf(select).fingerprint])(
    'is that of the statement, by %s, whatever it usually takes',
    (statement) => {
      const { db, finding } = simulate({ slowQueryMillisByStatement: { [statement]: 1_000 } })
      for (let n = 0; n < 60; n++) db.query(select, ['%a%'], { millis: 2 })
      db.query(select, ['%a%'], { millis: 900 })
      expect(finding('slow_query')).toBeUndefined()
      db.query(select, ['%a%'], { millis: 1_001 })
      expect(finding('slow_query')?.evidence.thresholdMillis).toBe(1_000)
    },
  )

  test('is half of it where the statement usually takes less than a fifth of that', () => {
    const { db, finding } = simulate()
    for (let n = 0; n < 60; n++) db.query(select, ['%a%'], { millis: 2 + (n % 3) })
    db.query(select, ['%a%'], { millis: 49 })
    expect(finding('slow_query')).toBeUndefined()
    db.query(select, ['%a%'], { millis: 80 })
    expect(finding('slow_query')).toMatchObject({
      severity: 'info',
      title: expect.stringMatching(
        /^SELECT orders took 80 ms to execute, usually [34]\.\d ms at most, in GET/,
      ),
      evidence: { executionMillis: 80, usualMillis: expect.closeTo(4, 0) },
    })
  })

  test('is not lowered for a statement that varies, or that was seen too little', () => {
    const varying = simulate()
    for (let n = 0; n < 60; n++) varying.db.query(select, ['%a%'], { millis: n % 10 === 0 ? 40 : 2 })
    varying.db.query(select, ['%a%'], { millis: 90 })
    expect(varying.kinds()).toEqual([])
    const fresh = simulate()
    for (let n = 0; n < 30; n++) fresh.db.query(select, ['%a%'], { millis: 2 })
    fresh.db.query(select, ['%a%'], { millis: 90 })
    expect(fresh.kinds()).toEqual([])
  })
})

describe('the severity of a slow query', () => {
  test('is a warning at the third time within an hour', () => {
    const { db, finding } = simulate()
    const severities = [0, 1_000, 1_000, 3_600_000, 1_000, 1_000].map((pauseMillis) => {
      db.query(select, ['%a%'], { millis: 150, pauseMillis })
      return finding('slow_query')?.severity
    })
    expect(severities).toEqual(['info', 'info', 'warning', 'info', 'info', 'warning'])
  })

  test('is a warning at once from five seconds on', () => {
    const { db, finding } = simulate()
    db.query(select, ['%a%'], { millis: 5_100 })
    expect(finding('slow_query')?.severity).toBe('warning')
  })
})

test('a slow query that returned many rows is told to return fewer', () => {
  const { db, finding } = simulate()
  const rows = Array.from({ length: 5_000 }, (_, id) => ({ id }))
  db.query('SELECT * FROM orders', [], { millis: 400, rows })
  expect(finding('slow_query')?.fix).toContain('5000 rows')
})

test('only slow queries are asked who made them', () => {
  const { db } = simulate()
  const fast = db.start(select, ['%a%'])
  db.settle(fast, { millis: 5 })
  const slow = db.start(select, ['%b%'])
  db.settle(slow, { millis: 500 })
  expect([fast.asked, slow.asked]).toEqual([0, 1])
})
