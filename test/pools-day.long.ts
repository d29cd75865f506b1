import { setTimeout as realSleep } from 'node:timers/promises'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())
afterEach(() => vi.useRealTimers())

const minutes = 24 * 60
/** By then everything that is remembered is. */
const settledMinute = 4 * 60

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await realSleep(1)
  expect(condition()).toBe(true)
}

/** What a service does in a minute, some of it once an hour; time passes on the clock of timers. */
async function minuteOf(pool: pg.Pool, minute: number): Promise<void> {
  const route = `GET /route/${minute % 50}`
  await runInUnitOfWork(route, async () => {
    for (let n = 0; n < 4; n++) await pool.query('SELECT $1::int', [n])
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('COMMIT')
    client.release()
  })
  const forgotten = await runInUnitOfWork(route, () => pool.connect())
  vi.advanceTimersByTime(45_000)
  await pool.query('SELECT 1/0').catch(() => {})
  forgotten.release()
  vi.advanceTimersByTime(15_000)
  await until(() => pool.totalCount === pool.idleCount)
  if (minute % 60 === 0) await hourOf(pool)
}

async function hourOf(pool: pg.Pool): Promise<void> {
  const clients = await Promise.all([1, 2, 3].map(() => pool.connect()))
  const given = pool.connect().then(
    () => 'answered',
    () => 'gave up',
  )
  vi.advanceTimersByTime(30_000)
  expect(await given).toBe('gave up')
  const [first, second] = clients
  await first?.query('BEGIN')
  first?.release()
  second?.release()
  expect(() => second?.release()).toThrow('already been released')
  clients[2]?.release(true)
  await pool.query('ROLLBACK')
  const tenant = new (loadPg().Pool)({ connectionString: database().connectionString })
  await tenant.query('SELECT 1')
  await tenant.end()
  await telemetry.points('db.client.connection.count')
}

function heapUsed(): number {
  for (let i = 0; i < 5; i++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

test('a day of a service leaves nothing behind', async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })
  vi.advanceTimersByTime(1_000)
  const insights = createInsights({ recentUnits: 100 })
  insights.attach()
  const options = { max: 3, maxLifetimeSeconds: 3_600, maxUses: 500, connectionTimeoutMillis: 20_000 }
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, ...options })
  pool.on('error', () => {})
  let heapThen = 0
  let seriesThen = 0
  const series = async (): Promise<number> => (await telemetry.points('pgspan.acquires')).length
  for (let minute = 0; minute < minutes; minute++) {
    await minuteOf(pool, minute)
    telemetry.reset()
    if (minute !== settledMinute) continue
    heapThen = heapUsed()
    seriesThen = await series()
  }
  const kinds = new Set(insights.findings().map(({ kind }) => kind))
  expect([...kinds]).toEqual(
    expect.arrayContaining(['leaked_checkout', 'dirty_release', 'transaction_left_open']),
  )
  expect(insights.checkouts()).toEqual([])
  expect(await series()).toBe(seriesThen)
  const grown = heapUsed() - heapThen
  console.log(`grown by ${(grown / 1_000).toFixed(0)} kB in 20 of 24 hours`)
  expect(grown).toBeLessThan(1_500_000)
  insights.close()
  await pool.end()
}, 600_000)
