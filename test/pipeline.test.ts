import { once } from 'node:events'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

/** The published types do not know the option yet. */
const pipelined = (): pg.ClientConfig =>
  ({ connectionString: database().connectionString, pipeline: true }) as pg.ClientConfig

const spans = (): ReadableSpan[] =>
  telemetry.spans().filter((span) => span.name !== 'pg.connect' && span.name !== 'pg-pool.acquire')
const errorTypes = (): unknown[] => spans().map(({ attributes }) => attributes['error.type'])

describe('a client in pipeline mode', () => {
  let client: pg.Client
  beforeEach(async () => {
    client = new (loadPg().Client)(pipelined())
    client.on('error', () => {})
    await client.connect()
    telemetry.reset()
  })
  afterEach(() => client.end())

  test('makes one span per query, and a failed one does not touch the others', async () => {
    const settled = await Promise.allSettled([
      client.query('SELECT 1 AS n'),
      client.query('SELECT 1/0'),
      client.query({ name: 'three', text: 'SELECT $1::int AS n', values: [3] }),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    // The span of a failed query ends a moment later: it tells who made the query.
    expect(errorTypes().sort()).toEqual(['22012', undefined, undefined])
  })

  test('shows the time behind the queries before it as a wait, and not as its execution', async () => {
    await Promise.all([1, 2, 3].map(() => client.query('SELECT pg_sleep(0.1)')))
    const [first, second, third] = spans().map(({ attributes }) => attributes)
    expect(first?.['pgspan.queue.wait']).toBeUndefined()
    // The server is a little ahead of what is noted here.
    expect(second?.['pgspan.queue.wait']).toBeGreaterThan(0.05)
    expect(third?.['pgspan.queue.wait']).toBeGreaterThan(0.12)
    expect(third?.['pgspan.execution.time']).toBeLessThan(0.18)
  })

  test('makes no wait of queries that are sent after another was answered', async () => {
    await client.query('SELECT 1')
    await client.query('SELECT 2')
    expect(spans().map(({ attributes }) => attributes['pgspan.queue.wait'])).toEqual([undefined, undefined])
  })

  test('refuses cursors, streams and portions of rows as the bare client does, each with one span', async () => {
    const cursor = client.query(new Cursor('SELECT 1'))
    await expect(cursor.read(1)).rejects.toThrow('not supported in pipeline mode')
    const stream = client.query(new QueryStream('SELECT 1'))
    await expect(stream.toArray()).rejects.toThrow('not supported in pipeline mode')
    await expect(client.query({ text: 'SELECT 1', rows: 5 } as pg.QueryConfig)).rejects.toThrow(
      'not supported in pipeline mode',
    )
    expect(errorTypes()).toEqual(Array(3).fill('not_supported_in_pipeline'))
    const { rows } = await client.query('SELECT 1 AS n')
    expect(rows).toEqual([{ n: 1 }])
  })

  test('makes one span of a Query object, with its rows, and of one that cannot be sent', async () => {
    const { Query } = loadPg()
    const before = client.query('SELECT 1')
    const query = client.query(new Query({ text: 'SELECT generate_series(1, $1) AS n', values: [3] }))
    const bad = new Query({ text: 'SELECT $1', values: 'no array' as unknown as unknown[] })
    const failed = once(bad, 'error').catch((error) => [error])
    client.query(bad)
    await Promise.all([before, once(query, 'end'), failed])
    expect(spans()).toHaveLength(3)
    expect(spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)).toHaveLength(1)
    expect(spans().map(({ attributes }) => attributes['db.response.returned_rows'])).toContain(3)
  })

  test('settles all that was sent and all that was not when the connection is lost', async () => {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    telemetry.reset()
    const all = Promise.allSettled(
      ['SELECT pg_sleep(10)', 'SELECT 2', 'SELECT 3'].map((text) => client.query(text)),
    )
    const other = new (loadPg().Client)(database().connectionString)
    await other.connect()
    await other.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    await other.end()
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(errorTypes().filter((type) => type !== undefined)).toHaveLength(3)
  })

  test('settles once a query that times out, and those behind it that go with its connection', async () => {
    const settled = await Promise.allSettled([
      client.query({ text: 'SELECT pg_sleep(5)', query_timeout: 30 } as pg.QueryConfig),
      client.query('SELECT 2'),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(errorTypes()).toEqual(['query_timeout', 'connection_terminated'])
  })
})

test('a pool in pipeline mode makes one span and one checkout per query', async () => {
  const pool = new (loadPg().Pool)({ ...pipelined(), max: 1 })
  telemetry.reset()
  const results = await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n])))
  expect(results.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3])
  expect(spans()).toHaveLength(3)
  expect(errorTypes()).toEqual([undefined, undefined, undefined])
  await pool.end()
})
