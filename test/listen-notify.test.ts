import { context, type Span, trace } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { currentUnitOfWork, runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { loadNativePg } from './support/drivers.js'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())
beforeEach(() => telemetry.reset())

const tracer = trace.getTracer('test')
const native = loadNativePg()
const drivers: [string, typeof pg | undefined][] = [
  ['pg', loadPg()],
  ['pg.native', native],
]

/** Runs `request` as a request does: in a span and in a unit of work, both over when it returns. */
async function inRequest<Result>(request: (span: Span) => Promise<Result>): Promise<Result> {
  return runInUnitOfWork('request', () =>
    tracer.startActiveSpan('request', async (span) => {
      try {
        return await request(span)
      } finally {
        span.end()
      }
    }),
  )
}

/** Where the running code is: the name of its unit of work, and its span. */
const whereabouts = (): unknown => ({
  unit: currentUnitOfWork()?.name,
  span: trace.getSpan(context.active()) === undefined ? undefined : 'a span',
})
const nowhere = { unit: undefined, span: undefined }

// Without pg-native, which a machine without libpq's headers cannot build, that one is skipped.
describe.each(drivers)('listeners of a connection of %s that a request has opened', (name, driver) => {
  const { Client, Pool } = (driver ?? {}) as typeof pg

  test.skipIf(driver === undefined)('run outside of that request: notifications', async () => {
    const heard: unknown[] = []
    const client = await inRequest(async () => {
      const opened = new Client(database().connectionString)
      opened.on('notification', ({ payload }) => heard.push([payload, whereabouts()]))
      await opened.connect()
      await opened.query('LISTEN news')
      return opened
    })
    const other = new Client(database().connectionString)
    await other.connect()
    const arrived = new Promise((resolve) => client.on('notification', resolve))
    await inRequest(() => other.query("NOTIFY news, 'extra'"))
    await arrived
    expect(heard).toEqual([['extra', nowhere]])
    await Promise.all([client.end(), other.end()])
  })

  test.skipIf(driver === undefined)(
    'and a query that such a listener makes is a root of its own',
    async () => {
      const client = await inRequest(async () => {
        const opened = new Client(database().connectionString)
        await opened.connect()
        await opened.query('LISTEN news')
        return opened
      })
      const answered = new Promise((resolve, reject) => {
        client.on('notification', () => client.query('SELECT 42 FROM pg_class LIMIT 1').then(resolve, reject))
      })
      const other = new Client(database().connectionString)
      await other.connect()
      await other.query('NOTIFY news')
      await answered
      const span = telemetry.spans().find(({ name }) => name === 'SELECT pg_class')
      expect(span?.parentSpanContext).toBeUndefined()
      await Promise.all([client.end(), other.end()])
    },
  )

  // libpq prints notices by itself.
  test.skipIf(driver === undefined || name === 'pg.native')('run outside of it: notices', async () => {
    const heard: unknown[] = []
    const client = await inRequest(async () => {
      const opened = new Client(database().connectionString)
      opened.on('notice', () => heard.push(whereabouts()))
      await opened.connect()
      return opened
    })
    await client.query("DO $$ BEGIN RAISE NOTICE 'hear'; END $$")
    expect(heard).toEqual([nowhere])
    await client.end()
  })

  test.skipIf(driver === undefined)('run outside of it: error and end, also of a pool', async () => {
    const heard: unknown[] = []
    const pool = new Pool({ connectionString: database().connectionString, max: 1 })
    const failed = new Promise<void>((resolve) => {
      pool.on('error', () => {
        heard.push(['error of the pool', whereabouts()])
        resolve()
      })
    })
    const pid = await inRequest(async () => {
      const client = await pool.connect()
      client.on('error', () => heard.push(['error', whereabouts()]))
      client.on('end', () => heard.push(['end', whereabouts()]))
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
      client.release()
      return rows[0].pid
    })
    const other = new (loadPg().Client)(database().connectionString)
    await other.connect()
    await other.query('SELECT pg_terminate_backend($1)', [pid])
    await failed
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard.length).toBeGreaterThan(1)
    expect(heard.map((one) => Array.isArray(one) && one[1])).toEqual(heard.map(() => nowhere))
    await Promise.all([other.end(), pool.end()])
  })
})
