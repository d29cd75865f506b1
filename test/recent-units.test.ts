import { createInsights, type RecentUnit } from '@pgspan/insights'
import { hookPg } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

hookPg()
const database = useTestDatabase()
const pg = loadPg()
let pool: InstanceType<typeof pg.Pool>
const insights = createInsights()

beforeAll(() => {
  insights.attach()
  pool = new pg.Pool({ connectionString: database().connectionString, max: 1 })
})
afterAll(async () => {
  insights.close()
  await pool.end()
})

test('a unit of work shows where the time of each of its queries went', async () => {
  const heard: RecentUnit[] = []
  const stop = insights.subscribeUnits((unit) => heard.push(unit))
  await runInUnitOfWork('two at once', async () => {
    await Promise.all([pool.query('SELECT pg_sleep(0.05)'), pool.query('SELECT 1 AS n')])
    const client = await pool.connect()
    await Promise.all([client.query('SELECT pg_sleep(0.04)'), client.query('SELECT 2 AS n')])
    client.release()
  })
  stop()
  expect(heard).toMatchObject([{ name: 'two at once', queries: 4, rows: 4 }])
  const details = insights.recentUnit(heard[0]?.number ?? 0)
  const [sleep, waited, , queued] = details?.listed ?? []
  expect(sleep?.executionMillis).toBeGreaterThan(40)
  expect(waited?.poolWaitMillis).toBeGreaterThan(40)
  expect(waited?.executionMillis).toBeLessThan((waited?.durationMillis ?? 0) / 2)
  expect(queued?.queueMillis).toBeGreaterThan(30)
  expect(queued?.poolWaitMillis).toBe(0)
  for (const query of details?.listed ?? []) {
    const { startMillis, durationMillis, poolWaitMillis, queueMillis, executionMillis } = query
    expect(poolWaitMillis + queueMillis + (executionMillis ?? 0)).toBeCloseTo(durationMillis, 1)
    expect(startMillis + durationMillis).toBeLessThanOrEqual(details?.durationMillis ?? 0)
  }
})
