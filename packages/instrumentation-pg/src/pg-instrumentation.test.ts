import { afterAll, expect, test } from 'vitest'
import { loadPg } from '../../../test/support/load-pg.js'
import { useTelemetry } from '../../../test/support/telemetry.js'
import { useTestDatabase } from '../../../test/support/test-database.js'
import { PgInstrumentation } from './pg-instrumentation.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ acquireSpans: 'never' })
afterAll(() => instrumentation.disable())

const limits = async (): Promise<unknown[]> =>
  (await telemetry.points('db.client.connection.limit')).map(({ value }) => value)

test('new options hold for pools that are there, and disabling stops all recording', async () => {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 3 })
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['SELECT'])
  expect(await limits()).toEqual([3])

  instrumentation.setConfig({ acquireSpans: 'always' })
  telemetry.reset()
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT'])
  expect(await limits()).toEqual([3])

  instrumentation.disable()
  telemetry.reset()
  await pool.query('SELECT 1')
  expect(telemetry.spans()).toEqual([])

  instrumentation.enable()
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT'])
  expect(await limits()).toEqual([3])
  await pool.end()
})
