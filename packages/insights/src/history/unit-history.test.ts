import { DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api'
import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, onTestFinished, test } from 'vitest'
import { column } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'
import { ObservedQuery } from '../units/observed-query.js'
import { UnitActivity } from '../units/unit-activity.js'
import type { RecentUnit } from './recent-unit.js'
import { maximumHistoryBytes, UnitHistory } from './unit-history.js'

const ids = [9041, 217, 3310, 58213, 771, 4402]

function unitOf({ db }: Simulation, name: string, statements: readonly string[]): void {
  const unit = new UnitOfWork('job', name)
  for (const text of statements) db.query(text, [], { unit })
  unit.end()
}

describe('a unit of work that has ended', () => {
  test('is listed with its figures and findings, the latest first', () => {
    const simulation = simulate()
    const { db, unit, insights } = simulation
    db.query('SELECT id, customer_id FROM orders', [], { rows: column('customer_id', ids) })
    for (const id of ids)
      db.query('SELECT name FROM customers WHERE id = $1', [id], { millis: 2, queueMillis: 1 })
    db.query('SELECT 1 FROM nowhere', [], { error: { code: '42P01' } })
    unit.end()
    unitOf(simulation, 'mails', ['SELECT 1 FROM a'])
    expect(insights.recentUnits()).toMatchObject([
      { number: 2, kind: 'job', name: 'mails', queries: 1, findings: [] },
      {
        number: 1,
        kind: 'http',
        name: 'GET /orders',
        queries: 8,
        failedQueries: 1,
        rows: 6,
        findings: insights.findings().map(({ id }) => id),
      },
    ])
    const [, first] = insights.recentUnits()
    expect(first?.databaseMillis).toBeCloseTo(8)
    expect(first?.waitMillis).toBeCloseTo(6)
    expect(first?.findings).toHaveLength(1)
    expect(insights.recentUnits(1)).toHaveLength(1)
  })

  test('is shown with the phases of its queries, which add up', () => {
    const simulation = simulate()
    const { db, unit, insights } = simulation
    const checkout = db.checkOut(30, { unit })
    db.query("SELECT 1 FROM a WHERE b = 'secret'", [], {
      checkout,
      millis: 12,
      queueMillis: 4,
      consumerMillis: 3,
    })
    db.query('SELECT 1 FROM a', [], { error: { code: '57014' } })
    unit.end()
    const details = insights.recentUnit(1)
    expect(details?.listed[0]).toMatchObject({
      summary: 'SELECT a',
      statement: 'SELECT ? FROM a WHERE b = ?',
      durationMillis: 42,
      poolWaitMillis: 30,
      queueMillis: 4,
      executionMillis: 5,
      consumerMillis: 3,
      rows: 0,
      errorCode: undefined,
    })
    expect(details?.listed[1]).toMatchObject({ errorCode: '57014', poolWaitMillis: 0 })
    const [one, other] = details?.listed ?? []
    expect(other?.startMillis).toBeGreaterThanOrEqual((one?.startMillis ?? 0) + (one?.durationMillis ?? 0))
    expect(insights.recentUnit(2)).toBeUndefined()
    expect(JSON.stringify(details)).not.toContain('secret')
  })

  test('lists 200 queries and counts all', () => {
    const simulation = simulate()
    unitOf(
      simulation,
      'import',
      Array.from({ length: 300 }, () => 'INSERT INTO a VALUES ($1)'),
    )
    expect(simulation.insights.recentUnit(1)?.queries).toBe(300)
    expect(simulation.insights.recentUnit(1)?.listed).toHaveLength(200)
  })
})

describe('the history', () => {
  test('is as long as asked for, and off at 0', () => {
    for (const [recentUnits, numbers] of [
      [2, [3, 2]],
      [0, []],
    ] as const) {
      const simulation = simulate({ recentUnits })
      for (const name of ['a', 'b', 'c']) unitOf(simulation, name, ['SELECT 1 FROM a'])
      expect(simulation.insights.recentUnits().map(({ number }) => number)).toEqual(numbers)
    }
  })

  test('shows of each unit its own queries, however many came before and made room', () => {
    const simulation = simulate({ recentUnits: 7 })
    const { insights } = simulation
    const statementsOf = (n: number): string[] =>
      Array.from({ length: (n * 37) % 90 }, (_, m) => `SELECT 1 FROM t${n}_${m % 40}`)
    for (let n = 1; n <= 60; n++) {
      unitOf(simulation, `unit ${n}`, ['SELECT 1', ...statementsOf(n)])
      for (const { number } of insights.recentUnits()) {
        const { listed, name } = insights.recentUnit(number) ?? { listed: [], name: '' }
        const texts = ['SELECT ?', ...statementsOf(number).map((text) => text.replace('1', '?'))]
        expect([name, ...listed.map(({ statement }) => statement)]).toEqual([`unit ${number}`, ...texts])
      }
    }
    expect(insights.recentUnits()).toHaveLength(7)
  })

  test('stays below 8 MB whatever units and texts there are, and counts a text once', () => {
    const history = new UnitHistory(1_000)
    const { db } = simulate()
    const end = (texts: readonly string[]): void => {
      const activity = new UnitActivity(new UnitOfWork('job', 'x'))
      for (const text of texts) {
        const shape = db.shapes.shapeOf(text)
        const query = new ObservedQuery(shape, db.target, activity.unit, ROOT_CONTEXT, undefined, 0, 0)
        // Any group: it only says that the statement is followed.
        query.group = {} as NonNullable<ObservedQuery['group']>
        history.queryEnded(query, activity)
      }
      history.unitEnded(activity)
    }
    const same = 'SELECT * FROM a'
    for (let n = 0; n < 1_000; n++) end(Array.from({ length: 10 }, () => same))
    expect(history.latest(2_000)).toHaveLength(1_000)
    expect(history.bytes).toBeLessThan(1_400_000)
    for (let n = 0; n < 100; n++) {
      end(Array.from({ length: 50 }, (_, m) => `SELECT * FROM t${n}_${m}_${'a'.repeat(1_000)}`))
      expect(history.bytes).toBeLessThanOrEqual(maximumHistoryBytes)
    }
    expect(history.latest(2_000).length).toBeGreaterThan(20)
    for (let n = 0; n < 1_000; n++) end([same])
    expect(history.bytes).toBeLessThan(800_000)
  })
})

describe('a listener to units of work', () => {
  test('hears of every end, also without a history, until it stops', () => {
    const simulation = simulate({ recentUnits: 0 })
    const heard: RecentUnit[] = []
    const stop = simulation.insights.subscribeUnits((unit) => heard.push(unit))
    unitOf(simulation, 'a', ['SELECT 1 FROM a', 'SELECT 1 FROM b'])
    stop()
    unitOf(simulation, 'b', ['SELECT 1 FROM a'])
    expect(heard).toMatchObject([{ name: 'a', queries: 2 }])
  })

  test('that throws is named once and stops nobody', () => {
    const errors: unknown[] = []
    const error = (message: string): void => void errors.push(message)
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR)
    onTestFinished(() => diag.disable())
    const simulation = simulate()
    let heard = 0
    simulation.insights.subscribeUnits(() => {
      throw new Error('no')
    })
    simulation.insights.subscribeUnits(() => heard++)
    for (const name of ['a', 'b']) unitOf(simulation, name, ['SELECT 1 FROM a'])
    expect(heard).toBe(2)
    expect(errors).toEqual(['pgspan: a listener to ended units of work threw; further errors are not shown.'])
  })
})
