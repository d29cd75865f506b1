import { setTimeout as sleep } from 'node:timers/promises'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
const insights = createInsights()
afterAll(() => {
  insights.close()
  instrumentation.disable()
})

const pools = 10_000
const atATime = 20

test('10,000 pools that are ended or dropped are all collected, have 64 names, and are one finding', async () => {
  if (globalThis.gc === undefined) throw new Error('the tests run with --expose-gc')
  insights.attach()
  const references: WeakRef<pg.Pool>[] = []
  const use = async (n: number): Promise<void> => {
    const { connectionString } = database()
    // Some are of applications with a role for each customer: other targets.
    const application = n % 3 === 0 ? `&user=${new URL(connectionString).username}` : ''
    const pool = new (loadPg().Pool)({
      connectionString: `${connectionString}?application_name=n${n}${application}`,
      idleTimeoutMillis: 5,
    })
    references.push(new WeakRef(pool))
    await pool.query('SELECT 1')
    if (n % 2 === 0) await pool.end()
  }
  for (let n = 0; n < pools; n += atATime) {
    await Promise.all(Array.from({ length: atATime }, (_, i) => use(n + i)))
  }
  const alive = (): number => references.filter((reference) => reference.deref() !== undefined).length
  for (let i = 0; i < 200 && alive() > 0; i++) {
    // A look at a weak reference keeps its target for the rest of the turn.
    await sleep(20)
    globalThis.gc()
    await sleep(20)
  }
  expect(alive()).toBe(0)
  const points = await telemetry.points('db.client.connection.count')
  const names = new Set(points.map(({ attributes }) => attributes['db.client.connection.pool.name']))
  expect(names.size).toBeLessThanOrEqual(65)
  expect(points.every(({ value }) => value === 0)).toBe(true)
  const opened = await telemetry.points('pgspan.connections.opened')
  expect(opened.reduce((sum, { value }) => sum + (value as number), 0)).toBe(pools)
  expect(insights.findings().filter(({ kind }) => kind === 'pool_per_request')).toHaveLength(1)
  expect(insights.findings().map(({ kind }) => kind)).not.toContain('leaked_checkout')
}, 600_000)
