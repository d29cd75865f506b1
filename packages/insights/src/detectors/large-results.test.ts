import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

const select = 'SELECT * FROM logs WHERE level = $1'

describe('a large result', () => {
  test('has a thousand rows in a request', () => {
    const { db, finding } = simulate()
    db.query(select, ['warn'], { rowCount: 999 })
    expect(finding('large_result')).toBeUndefined()
    db.query(select, ['warn'], { rowCount: 1_000, millis: 30, site: siteAt('showLogs') })
    expect(finding('large_result')).toMatchObject({
      severity: 'info',
      title: 'SELECT logs returned 1000 rows at once, in GET /orders.',
      evidence: { count: 1, rows: 1_000, totalMillis: 30 },
      callSite: { functionName: 'showLogs' },
      fix: expect.stringContaining('pg-query-stream'),
    })
  })

  test('is one finding per statement and unit of work, a warning from ten times the threshold on', () => {
    const { db, finding } = simulate()
    for (const rowCount of [1_000, 20_000, 3_000]) db.query(select, ['warn'], { rowCount })
    expect(finding('large_result')).toMatchObject({
      severity: 'warning',
      title: 'SELECT logs returned 20000 rows at once, and large results 3 times, in GET /orders.',
      evidence: { count: 3, rows: 20_000 },
      count: 1,
    })
  })

  test('takes ten thousand rows in a job, or what the option says', () => {
    const unit = new UnitOfWork('job', 'export')
    const usual = simulate()
    usual.db.query(select, ['warn'], { rowCount: 9_000, unit })
    expect(usual.kinds()).toEqual([])
    const strict = simulate({ largeResultRows: { job: 500 } })
    strict.db.query(select, ['warn'], { rowCount: 9_000, unit })
    expect(strict.kinds()).toEqual(['large_result'])
  })

  test('may have few rows of very many bytes', () => {
    const { db, finding } = simulate()
    const rows = Array.from({ length: 12 }, () => ({ body: 'x'.repeat(500_000) }))
    db.query('SELECT body FROM pages', [], { rows, millis: 40 })
    expect(finding('large_result')).toMatchObject({
      severity: 'info',
      title: 'SELECT pages returned 12 rows of about 6 MB at once, in GET /orders.',
      evidence: { rows: 12, approximateBytes: 6_000_048 },
    })
    const off = simulate({ largeResultBytes: false })
    off.db.query('SELECT body FROM pages', [], { rows, millis: 40 })
    expect(off.kinds()).toEqual([])
  })

  test('outside any unit of work is reported at once', () => {
    const { db, insights } = simulate()
    const seen: string[] = []
    insights.subscribe(({ kind }) => seen.push(kind))
    db.query(select, ['warn'], { rowCount: 10_000, unit: undefined })
    expect(seen).toEqual(['large_result'])
  })

  test.each<[string, string, object]>([
    ['a stream', select, { isSubmittable: true }],
    ['a write', 'UPDATE logs SET level = $1', {}],
    ['one that says so', `${select} /* pgspan:ignore large_result */`, {}],
  ])('is not %s', (_, text, conditions) => {
    const { db, kinds } = simulate()
    db.query(text, ['warn'], { rowCount: 50_000, ...conditions })
    expect(kinds()).toEqual([])
  })
})

describe('a read without a limit', () => {
  function grow(text: string, rowsOf: (n: number) => number, conditions: object = {}) {
    const simulation = simulate()
    for (let n = 0; n < 60; n++) {
      simulation.db.unit = new UnitOfWork('http', 'GET /logs')
      simulation.db.query(text, ['warn'], { rowCount: rowsOf(n), site: siteAt('showLogs'), ...conditions })
      simulation.db.unit.end()
    }
    return simulation
  }

  test('is found when it has grown over thirty units of work', () => {
    const { finding } = grow(select, (n) => 400 + 6 * n)
    expect(finding('unbounded_select')).toMatchObject({
      severity: 'info',
      title: expect.stringMatching(
        /^SELECT logs has no limit and grows: 754 rows, 4\d\d at first, in GET \/logs\.$/,
      ),
      callSite: { functionName: 'showLogs' },
      fix: expect.stringContaining('LIMIT'),
    })
  })

  test('is found when it grows in steps', () => {
    expect(grow(select, (n) => 600 + 50 * Math.floor(n / 8)).kinds()).toEqual(['unbounded_select'])
  })

  test.each<[string, string, (n: number) => number, object]>([
    ['a table that stays small', select, (n) => 100 + n, {}],
    ['results that differ and do not grow', select, (n) => 600 + ((n * 7919) % 300), {}],
    ['one row more', select, (n) => 700 + Math.floor(n / 30), {}],
    ['a limit', `${select} LIMIT 1000`, (n) => 400 + 6 * n, {}],
    ['a list of the caller', 'SELECT * FROM logs WHERE id = ANY($1)', (n) => 400 + 6 * n, {}],
    ['a stream', select, (n) => 400 + 6 * n, { isSubmittable: true }],
  ])('is not found for %s', (_, text, rowsOf, conditions) => {
    expect(grow(text, rowsOf, conditions).kinds()).toEqual([])
  })
})
