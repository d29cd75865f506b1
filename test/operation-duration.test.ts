import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE TABLE item (id int PRIMARY KEY)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

interface Recorded {
  readonly count: number
  readonly sum: number
}

async function durations(): Promise<Record<string, Recorded>> {
  const points = await telemetry.points('db.client.operation.duration')
  return Object.fromEntries(
    points.map(({ attributes, value }) => [
      [attributes['db.query.summary'], attributes['error.type']].filter(Boolean).join(' '),
      value as Recorded,
    ]),
  )
}

test('every settled query is recorded once, by summary and SQLSTATE, whatever its style', async () => {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
  for (let n = 0; n < 3; n++) await pool.query('SELECT id FROM item WHERE id = $1', [n])
  await pool.query('INSERT INTO item VALUES (1)')
  await pool.query('INSERT INTO item VALUES (1)').catch(() => {})
  await new Promise((resolve) => pool.query('INSERT INTO item VALUES (1)', resolve))
  await pool.query('SELECT pg_sleep(0.05) FROM item')
  await pool.end()
  const recorded = await durations()
  expect(Object.fromEntries(Object.entries(recorded).map(([key, { count }]) => [key, count]))).toEqual({
    'SELECT item': 4,
    'INSERT item': 1,
    'INSERT item 23505': 2,
  })
  expect(recorded['SELECT item']?.sum).toBeGreaterThan(0.05)
  expect(recorded['SELECT item']?.sum).toBeLessThan(1)
})

test('summaries beyond the two hundredth are counted together', async () => {
  const client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
  for (let n = 0; n < 250; n++) await client.query(`SELECT 1 FROM missing_${n}`).catch(() => {})
  await client.end()
  const recorded = await durations()
  const names = new Set(Object.keys(recorded).map((key) => key.replace(/ (42P01|23505)$/, '')))
  expect(names.size).toBeLessThanOrEqual(201)
  expect(recorded['_OTHER 42P01']?.count).toBeGreaterThanOrEqual(50)
})
