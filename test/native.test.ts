import { once } from 'node:events'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadNativePg } from './support/drivers.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())
const native = loadNativePg()

function querySpans(): ReadableSpan[] {
  return telemetry.spans().filter((span) => span.name !== 'pg.connect' && span.name !== 'pg-pool.acquire')
}

function onlySpan(): ReadableSpan {
  const spans = querySpans()
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

describe.skipIf(native === undefined)('a client of pg.native (skipped where pg-native is not built)', () => {
  const { Client, Pool, Query } = (native ?? {}) as typeof pg
  let client: pg.Client

  beforeEach(async () => {
    client = new Client({ connectionString: database().connectionString })
    client.on('error', () => {})
    await client.connect()
    telemetry.reset()
  })
  afterEach(() => client.end())

  test('makes one span per query, with where it went', async () => {
    const { rows } = await client.query('SELECT $1::int AS n', [1])
    expect(rows).toEqual([{ n: 1 }])
    const { attributes, status } = onlySpan()
    expect(status.code).toBe(SpanStatusCode.UNSET)
    expect(attributes).toMatchObject({
      'db.namespace': database().name,
      'server.address': database().host,
      'server.port': database().port,
      'db.query.summary': 'SELECT',
    })
  })

  test('records the SQLSTATE of an error, and no word of its message', async () => {
    await expect(client.query("SELECT 'canary-4711'::int")).rejects.toThrow('canary-4711')
    const span = onlySpan()
    expect(span.attributes['error.type']).toBe('22P02')
    expect(JSON.stringify([span.attributes, span.status, span.events])).not.toContain('canary')
  })

  test('shows the wait of queries that stood in its queue', async () => {
    await Promise.all([client.query('SELECT pg_sleep(0.05)'), client.query('SELECT 1')])
    const [first, second] = querySpans().map(({ attributes }) => attributes)
    expect(first?.['pgspan.queue.wait']).toBeUndefined()
    expect(second?.['pgspan.queue.wait']).toBeGreaterThan(0.045)
  })

  test('settles the queries that it had when its connection is lost', async () => {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    telemetry.reset()
    const both = Promise.allSettled([client.query('SELECT pg_sleep(10)'), client.query('SELECT 1')])
    const other = new Client(database().connectionString)
    await other.connect()
    await other.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    await other.end()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(querySpans().filter(({ attributes }) => attributes['error.type'] !== undefined)).toHaveLength(2)
  })

  test('settles what waits in its queue when it is ended, and refuses what comes later', async () => {
    const waiting = Promise.allSettled([client.query('SELECT pg_sleep(0.05)'), client.query('SELECT 1')])
    await client.end()
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(client.query('SELECT 1')).rejects.toThrow('Client was closed')
    expect(querySpans().map(({ attributes }) => attributes['error.type'])).toEqual(
      ['connection_terminated', 'connection_terminated', 'client_closed'].sort(
        (a, b) => Number(a === 'client_closed') - Number(b === 'client_closed'),
      ),
    )
  })

  describe('given a Query object of the caller', () => {
    const keysOf = (object: object): unknown[] => [...Reflect.ownKeys(object), Object.getPrototypeOf(object)]

    test('makes one span with its rows, and leaves the object as it was', async () => {
      const bare = new Query('SELECT 1')
      const query = new Query('SELECT generate_series(1, 3) AS n')
      client.query(query)
      await once(query, 'end')
      expect(onlySpan().attributes['db.response.returned_rows']).toBe(3)
      const later = new Query('SELECT 1')
      instrumentation.disable()
      client.query(later)
      await once(later, 'end')
      instrumentation.enable()
      expect(keysOf(query)).toEqual(keysOf(later))
      expect(bare).toBeInstanceOf(Query)
    })

    test('makes one span with the error that the object is told', async () => {
      const query = new Query('SELECT 1/0')
      const failed = once(query, 'error').catch((error) => [error])
      client.query(query)
      await failed
      expect(onlySpan().attributes['error.type']).toBe('22012')
    })

    test('makes one span if the caller hands a callback to it', async () => {
      const query = new Query('SELECT 7 AS n') as pg.Query & pg.Submittable
      const result = await new Promise((resolve) => {
        ;(client.query as (...args: unknown[]) => unknown)(query, (_error: unknown, value: unknown) =>
          resolve(value),
        )
      })
      expect(result).toMatchObject({ rows: [{ n: 7 }] })
      onlySpan()
    })
  })

  test('refuses a cursor as the bare client does, with one span that failed', async () => {
    const pool = new Pool({ connectionString: database().connectionString, max: 1 })
    const broken = await pool.connect()
    const cursor = new Cursor('SELECT 1')
    expect(() => broken.query(cursor)).toThrow(TypeError)
    expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR)
    // The driver goes on to call an object that cannot answer; it is taken out of its hands.
    Object.assign(cursor, { handleError() {} })
    broken.release(true)
    await pool.end()
  })

  test('of a pool makes spans and checkouts', async () => {
    const pool = new Pool({ connectionString: database().connectionString, max: 1 })
    const results = await Promise.all([pool.query('SELECT 1 AS n'), pool.query('SELECT 2 AS n')])
    expect(results.map(({ rows }) => rows[0].n)).toEqual([1, 2])
    expect(querySpans()).toHaveLength(2)
    expect(querySpans().map(({ attributes }) => attributes['pgspan.pool.path'])).toEqual(['create', 'queue'])
    await pool.end()
  })

  test('of a pool tells what it is given back with, and why it is closed', async () => {
    const pool = new Pool({ connectionString: database().connectionString, max: 1, maxUses: 3 })
    const counts = async (metric: string, attribute: string): Promise<Record<string, unknown>> => {
      const points = await telemetry.points(metric)
      const named = points.filter(
        ({ attributes }) => attributes['db.client.connection.pool.name'] === database().name,
      )
      return Object.fromEntries(named.map(({ attributes, value }) => [attributes[attribute], value]))
    }
    const released = await counts('pgspan.release.dirty', 'pgspan.release.kind')
    const closed = await counts('pgspan.connections.closed', 'pgspan.connection.close_reason')
    for (const statement of ['BEGIN', 'SELECT 1/0', 'ROLLBACK']) {
      const pooled = await pool.connect()
      await pooled.query(statement).catch(() => {})
      pooled.release()
    }
    await pool.end()
    expect(await counts('pgspan.release.dirty', 'pgspan.release.kind')).toEqual({
      ...released,
      in_transaction: Number(released.in_transaction ?? 0) + 1,
      failed_transaction: Number(released.failed_transaction ?? 0) + 1,
    })
    expect(await counts('pgspan.connections.closed', 'pgspan.connection.close_reason')).toEqual({
      ...closed,
      max_uses: Number(closed.max_uses ?? 0) + 1,
    })
  })

  test('in pipeline mode makes one span per query, errors on their own', async () => {
    const pipelined = new Client({
      connectionString: database().connectionString,
      pipeline: true,
    } as pg.ClientConfig)
    await pipelined.connect()
    telemetry.reset()
    const settled = await Promise.allSettled(
      ['SELECT 1 AS n', 'SELECT 1/0', 'SELECT 3 AS n'].map((text) => pipelined.query(text)),
    )
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const errorTypes = querySpans().map(({ attributes }) => attributes['error.type'])
    // The span of a failed query ends a moment later: it tells who made the query.
    expect(errorTypes.sort()).toEqual(['22012', undefined, undefined])
    await pipelined.end()
  })
})
