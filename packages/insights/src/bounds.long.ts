import { ROOT_CONTEXT } from '@opentelemetry/api'
import { Connection, Dispatcher, QueryExecution, UnitOfWork } from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createInsights, type Insights } from './insights.js'

/** What the README says insights take at most. */
const maximumBytes = 150_000_000
const fields = [
  { name: 'id', dataTypeID: 23 },
  { name: 'customer_id', dataTypeID: 23 },
]
const rows = Array.from({ length: 64 }, (_, n) => ({ id: n * 7_001, customer_id: n * 9_001 }))

let insights: Insights
let dispatcher: Dispatcher
let shapes: QueryShapeCache
const connection = new Connection(1, { namespace: 'shop', address: 'db', port: 5432, user: 'app' })

beforeEach(() => {
  insights = createInsights()
  dispatcher = new Dispatcher()
  dispatcher.attach(insights.observer)
  shapes = new QueryShapeCache()
  onTestFinished(() => insights.close())
})

function query(unit: UnitOfWork, text: string, values: readonly unknown[]): void {
  const shape = shapes.shapeOf(text)
  const at = performance.now()
  const execution = new QueryExecution(ROOT_CONTEXT, unit, connection, undefined, shape, undefined, false, at)
  dispatcher.queryStarted(execution, values)
  execution.sentAt = at
  execution.rowCount = rows.length
  dispatcher.settleQuery(execution, undefined, { rows, fields })
}

/** What is in use after everything that can be collected was. */
function usedBytes(): number {
  for (let n = 0; n < 3; n++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

describe('insights stay below 150 MB, throw nothing and count what had to give way', () => {
  test('with 10,000 units of work at the same time, of 200 statements each', () => {
    const texts = Array.from(
      { length: 200 },
      (_, n) => `SELECT id, customer_id FROM t${n} WHERE owner_id = $1`,
    )
    for (const text of texts) shapes.shapeOf(text)
    const units = Array.from({ length: 10_000 }, (_, n) => new UnitOfWork('http', `GET /route${n % 300}`))
    const before = usedBytes()
    for (const [n, text] of texts.entries()) {
      for (const [m, unit] of units.entries()) if (n < 20 || m < 1_000) query(unit, text, [n * m])
    }
    // One that is pushed out comes back with its next query: so the rest go on by themselves.
    for (const unit of units.slice(1_000)) for (const text of texts.slice(20)) query(unit, text, [1])
    const used = usedBytes() - before
    expect(insights.statistics().queries).toBe(2_000_000)
    expect(insights.statistics().limits.unitsPushedOut).toBeGreaterThan(9_000)
    for (const unit of units) unit.end()
    expect(insights.statistics().overlooked).toBeGreaterThan(0)
    expect(insights.statistics().limits.rests).toBe(0)
    report('10,000 units', used)
    expect(used).toBeLessThan(maximumBytes)
  })

  test('with 1,000,000 different statements', () => {
    const before = usedBytes()
    for (let n = 0; n < 10_000; n++) {
      const unit = new UnitOfWork('job', `job ${n % 500}`)
      for (let m = 0; m < 100; m++)
        query(unit, `SELECT id, customer_id FROM t${n}_${m} WHERE owner_id = $1`, [m])
      unit.end()
    }
    const used = usedBytes() - before
    const { queries, families, routes, overlooked } = insights.statistics()
    expect([queries, families.length, routes.length, overlooked]).toEqual([1_000_000, 201, 201, 360_000])
    report('1,000,000 statements', used)
    expect(used).toBeLessThan(maximumBytes)
  })

  test('with 1,500 roots that never end, and loops in each of them', () => {
    const units = Array.from({ length: 1_500 }, (_, n) => new UnitOfWork('trace', `worker ${n}`))
    const before = usedBytes()
    for (let round = 0; round < 20; round++) {
      for (const unit of units) {
        query(unit, 'SELECT id, customer_id FROM orders WHERE owner_id = $1', [round])
        for (let n = 0; n < 10; n++) query(unit, 'SELECT * FROM customers WHERE id = $1', [n * 9_001])
      }
    }
    const used = usedBytes() - before
    insights.flush()
    expect(insights.statistics().queries).toBe(330_000)
    expect(insights.findings().length).toBe(1_500)
    report('1,500 endless roots', used)
    expect(used).toBeLessThan(maximumBytes)
    // They live: nothing of what they keep could be collected.
    expect(units.every(({ ended }) => !ended)).toBe(true)
  })
})

function report(what: string, bytes: number): void {
  console.log(`${what}: ${(bytes / 1e6).toFixed(0)} MB`)
}
