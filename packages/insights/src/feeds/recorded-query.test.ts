import { runInUnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createInsights, type Insights } from '../insights.js'
import type { RecordedQuery } from './recorded-query.js'

const ids = [9041, 217, 3310, 58213, 771, 4402]

function insightsOfTest(): Insights {
  const insights = createInsights()
  onTestFinished(() => insights.close())
  return insights
}

describe('a recorded query', () => {
  test('is counted with its statement, rows and failure, and shows no literal', () => {
    const insights = insightsOfTest()
    const error = Object.assign(new Error('secret'), { code: '23505' })
    insights.recordQuery({ text: "SELECT * FROM a WHERE b = 'secret'", durationMillis: 7, rowCount: 3 })
    insights.recordQuery({ text: "INSERT INTO a VALUES ('secret')", durationMillis: 1, error })
    const statistics = insights.statistics()
    expect(statistics).toMatchObject({ queries: 2, rows: 3, failedQueries: { '23505': 1 }, units: 0 })
    expect(statistics.totalMillis).toBeCloseTo(8)
    expect(JSON.stringify(statistics)).not.toContain('secret')
  })

  test('is part of the running unit of work, or one of its own', () => {
    const insights = insightsOfTest()
    runInUnitOfWork('job', () => {
      insights.recordQuery({ text: 'SELECT 1', durationMillis: 1 })
      insights.recordQuery({ text: 'SELECT 1', durationMillis: 2, unit: 'nightly report' })
    })
    expect(insights.recentUnits()).toMatchObject([
      { name: 'job', queries: 1 },
      { name: 'nightly report', queries: 1 },
    ])
    expect(insights.recentUnits()[1]?.durationMillis).toBeGreaterThanOrEqual(2)
  })

  test.each([
    ['numbers', ids],
    ['bigints', ids.map(BigInt)],
    ['UUIDs', ids.map((id) => `3f2504e0-4f89-41d3-9a0c-0305e82c${String(id).padStart(4, '0').slice(-4)}`)],
  ])('of a loop over the rows of another one makes an N+1 that is proven: %s', (_, values) => {
    const insights = insightsOfTest()
    runInUnitOfWork('job', () => {
      const rows = values.map((customer_id) => ({ customer_id }))
      insights.recordQuery({ text: 'SELECT customer_id FROM orders', durationMillis: 1, rows })
      for (const id of values) {
        insights.recordQuery({
          text: 'SELECT * FROM customers WHERE id = $1',
          values: [id],
          durationMillis: 1,
        })
      }
    })
    expect(insights.findings()).toMatchObject([
      { kind: 'n_plus_one', tier: 'proven', source: { column: 'orders.customer_id', rows: 6 } },
    ])
  })

  test('is kept apart by database', () => {
    const insights = insightsOfTest()
    runInUnitOfWork('job', () => {
      for (const id of ids) {
        const database = `customer_${id}`
        const text = 'SELECT * FROM settings WHERE name = $1'
        insights.recordQuery({ text, values: ['theme'], database, durationMillis: 1 })
      }
    })
    expect(insights.findings()).toEqual([])
  })

  test.each<[string, unknown]>([
    ['the query must be an object, got a value of type null', null],
    ['text must be a non-empty string, got a value of type undefined', { durationMillis: 1 }],
    ['durationMillis must be a number of at least 0, got a value of type undefined', { text: 'a' }],
    ['durationMillis must be a number of at least 0, got NaN', { text: 'a', durationMillis: Number.NaN }],
    ['rowCount must be a number of at least 0, got -1', { text: 'a', durationMillis: 1, rowCount: -1 }],
    ['values must be an array, got a value of type string', { text: 'a', durationMillis: 1, values: 'x' }],
    [
      'unit must be a non-empty string, got a value of type string',
      { text: 'a', durationMillis: 1, unit: '' },
    ],
  ])('is refused: %s', (problem, query) => {
    // What plain JavaScript may pass.
    expect(() => insightsOfTest().recordQuery(query as RecordedQuery)).toThrow(
      new TypeError(`recordQuery: ${problem}`),
    )
  })
})

test('statements are ranked by time, mean, executions and rows', () => {
  const insights = insightsOfTest()
  const ran = (table: string, times: number, durationMillis: number, rowCount: number): void => {
    for (let n = 0; n < times; n++) {
      insights.recordQuery({ text: `SELECT * FROM ${table}`, durationMillis, rowCount })
    }
  }
  ran('often', 10, 1, 0)
  ran('long', 1, 8, 0)
  ran('large', 2, 2, 900)
  const top = (by: 'time' | 'mean' | 'count' | 'rows'): unknown =>
    insights.topStatements(by, 2).map(({ summary }) => summary.slice('SELECT '.length))
  expect([top('time'), top('mean'), top('count'), top('rows')]).toEqual([
    ['often', 'long'],
    ['long', 'large'],
    ['often', 'large'],
    ['large', 'often'],
  ])
  expect(() => insights.topStatements('size' as 'time')).toThrow(
    'topStatements: by must be one of time, mean, count, rows',
  )
})
