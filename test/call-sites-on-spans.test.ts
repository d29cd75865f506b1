import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({
  slowQueryMillis: 40,
  connectSpans: 'never',
  acquireSpans: 'never',
})
const own = 'test/call-sites-on-spans.test.ts'

let pool: pg.Pool
let client: pg.PoolClient
beforeAll(async () => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
  client = await pool.connect()
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  client.release()
  await pool.end()
  instrumentation.disable()
})

/** The line of its caller in this file. */
function line(): number {
  const frame = (new Error().stack ?? '').split('\n').filter((text) => text.includes(own))[1]
  return Number(/:(\d+):\d+\)?$/.exec(frame ?? '')?.[1])
}

function onlySpan(): ReadableSpan {
  const spans = telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

function placeOf({ attributes }: ReadableSpan): unknown[] {
  return [attributes['code.file.path'], attributes['code.line.number'], attributes['code.function.name']]
}

test('the span of a fast query that succeeds says nothing of its caller', async () => {
  await pool.query('SELECT 1')
  expect(placeOf(onlySpan())).toEqual([undefined, undefined, undefined])
})

test('the span of a slow query has the line that awaits it, and ends when the query was settled', async () => {
  async function loadSlowly(): Promise<number> {
    await pool.query('SELECT pg_sleep(0.06)')
    return line() - 1
  }
  const awaited = await loadSlowly()
  const span = onlySpan()
  expect(placeOf(span)).toEqual([own, awaited, 'loadSlowly'])
  expect(span.duration[0]).toBe(0)
  expect(span.duration[1]).toBeGreaterThanOrEqual(60e6)
})

test.each(['a pool', 'a client'])(
  'the span of a query of %s that fails has the line that awaits it',
  async (what) => {
    const queryable = what === 'a pool' ? pool : client
    let awaited = 0
    async function failAlone(): Promise<void> {
      awaited = line() + 1
      await queryable.query('SELECT 1 / 0')
    }
    await expect(failAlone()).rejects.toMatchObject({ code: '22012' })
    expect(placeOf(onlySpan())).toEqual([own, awaited, 'failAlone'])
  },
)

test('the span of a query that is part of a finding has the line that awaits it', async () => {
  const detach = processState().dispatcher.attach({
    name: 'asks for call sites',
    querySettled: (query) => query.requestCallSite(() => {}),
  })
  await pool.query('SELECT 1')
  const awaited = line() - 1
  detach()
  expect(placeOf(onlySpan()).slice(0, 2)).toEqual([own, awaited])
})

test('the span of a query with a callback ends at once, and has the line from the second failure on', async () => {
  const fail = (): Promise<void> =>
    new Promise((resolve) => {
      pool.query('SELECT 1 / 0 AS with_callback', () => {
        expect(telemetry.spans()).toHaveLength(1)
        resolve()
      })
    })
  await fail()
  telemetry.reset()
  await fail()
  expect(onlySpan().attributes['code.file.path']).toBe(own)
})

test('a span is ended before the caller of a failed query goes on', async () => {
  let ended = -1
  await pool.query('SELECT 1 / 0').catch(() => {
    ended = telemetry.spans().length
  })
  expect(ended).toBe(1)
})

test('the span of a failed query that nobody awaits ends', async () => {
  pool.query('SELECT 1 / 0').then(
    () => {},
    () => {},
  )
  await pool.query('SELECT pg_sleep(0.01)')
  expect(telemetry.spans()).toHaveLength(2)
})
