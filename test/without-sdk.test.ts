import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
const { Pool } = loadPg()
afterAll(() => instrumentation.disable())

test('without an SDK queries have their comments', async () => {
  const commenting = new PgInstrumentation({ sqlCommentTags: { application: 'shop' } })
  const pool = new Pool({ connectionString: database().connectionString })
  const { rows } = await pool.query('SELECT current_query() AS text')
  expect(rows[0].text).toContain("/*application='shop'*/")
  await pool.end()
  commenting.disable()
})

test('without an SDK queries pass, and once there is one they are recorded, with what is out of the pool', async () => {
  const pool = new Pool({ connectionString: database().connectionString })
  const held = await pool.connect()
  await pool.query('SELECT 1')
  expect(processState().dispatcher.isListening).toBe(false)

  const telemetry = useTelemetry()
  await held.query('SELECT 2')
  await pool.query('SELECT 3')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['SELECT', 'SELECT'])
  const counts = async (): Promise<unknown[]> =>
    (await telemetry.points('db.client.connection.count')).map(({ attributes, value }) => [
      attributes['db.client.connection.state'],
      value,
    ])
  expect(await counts()).toEqual(
    expect.arrayContaining([
      ['used', 1],
      ['idle', 1],
    ]),
  )
  held.release()
  expect(await counts()).toEqual(
    expect.arrayContaining([
      ['used', 0],
      ['idle', 2],
    ]),
  )
  const waits = await telemetry.points('db.client.connection.wait_time')
  expect(waits.map(({ value }) => (value as { count: number }).count)).toEqual([1])
  await pool.end()
})
