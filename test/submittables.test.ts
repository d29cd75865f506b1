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

const thirty = 'SELECT n FROM generate_series(1, $1::int) AS n'
/** Fails at its 15th row. */
const failing = 'SELECT 1 / (15 - n) FROM generate_series(1, 30) AS n'

let client: pg.Client

beforeEach(async () => {
  client = new (loadPg().Client)({ connectionString: database().connectionString })
  client.on('error', () => {})
  await client.connect()
  telemetry.reset()
})
afterEach(async () => {
  await client.end()
})

/** The one span of a caller's own object; ended once, as every span that an exporter sees. */
function onlySpan(): ReadableSpan {
  const spans = telemetry.spans().filter((span) => span.attributes['pgspan.fetch_rounds'] !== undefined)
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

const wire = (): NodeJS.EventEmitter => (client as unknown as { connection: NodeJS.EventEmitter }).connection

function listenerCounts(): Record<string, number> {
  return Object.fromEntries(
    wire()
      .eventNames()
      .map((event) => [String(event), wire().listenerCount(event)]),
  )
}

describe('a cursor', () => {
  test('read to its end makes one span with its rows and rounds', async () => {
    const cursor = client.query(new Cursor(thirty, [30]))
    for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10));
    const span = onlySpan()
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
    expect(span.attributes).toMatchObject({ 'db.response.returned_rows': 30, 'pgspan.fetch_rounds': 4 })
    expect(span.attributes['pgspan.abandoned']).toBeUndefined()
  })

  test('that waits for its reader tells the reader’s time from the server’s', async () => {
    const cursor = client.query(new Cursor(thirty, [20]))
    await cursor.read(10)
    await new Promise((resolve) => setTimeout(resolve, 60))
    for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10));
    const { attributes } = onlySpan()
    expect(attributes['pgspan.consumer.time']).toBeGreaterThan(0.055)
    expect(attributes['pgspan.execution.time']).toBeLessThan(0.055)
  })

  test('closed early makes one span that says so', async () => {
    const cursor = client.query(new Cursor(thirty, [30]))
    await cursor.read(10)
    await cursor.close()
    const span = onlySpan()
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
    expect(span.attributes).toMatchObject({ 'db.response.returned_rows': 10, 'pgspan.abandoned': true })
    await client.query('SELECT 1')
  })

  test('that fails makes one span with its SQLSTATE, and keeps having no error listener', async () => {
    const cursor = client.query(new Cursor(failing))
    await expect(cursor.read(30)).rejects.toThrow('division by zero')
    const span = onlySpan()
    expect(span.status.code).toBe(SpanStatusCode.ERROR)
    expect(span.attributes['error.type']).toBe('22012')
    expect((cursor as unknown as NodeJS.EventEmitter).listenerCount('error')).toBe(0)
    await client.query('SELECT 1')
  })

  test('whose client is ended while it is open makes one span without an error', async () => {
    const cursor = client.query(new Cursor(thirty, [30]))
    await cursor.read(10)
    await client.end()
    const span = onlySpan()
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
    expect(span.attributes['pgspan.abandoned']).toBe(true)
  })

  test('whose connection is lost makes one span with an error', async () => {
    const cursor = client.query(new Cursor('SELECT pg_sleep(10)'))
    const read = cursor.read(1).then(
      () => 'read',
      (error: Error) => error.message,
    )
    const other = new (loadPg().Client)({ connectionString: database().connectionString })
    await other.connect()
    await other.query('SELECT pg_terminate_backend($1)', [
      (client as unknown as { processID: number }).processID,
    ])
    await other.end()
    expect(await read).toContain('terminating connection')
    expect(onlySpan().attributes['error.type']).toBe('57P01')
  })

  test('that waits for a query before it shows the wait', async () => {
    const before = client.query('SELECT pg_sleep(0.05)')
    const cursor = client.query(new Cursor(thirty, [5]))
    expect(await cursor.read(10)).toHaveLength(5)
    await before
    await cursor.close()
    expect(onlySpan().attributes['pgspan.queue.wait']).toBeGreaterThan(0.04)
  })

  test('on a closed client makes one span that was refused', async () => {
    await client.end()
    const cursor = client.query(new Cursor(thirty, [5]))
    await expect(cursor.read(1)).rejects.toThrow('Client was closed')
    expect(onlySpan().attributes['error.type']).toBe('client_closed')
  })

  test('looks the same afterwards, and leaves nothing on the connection', async () => {
    const before = listenerCounts()
    const bare = new Cursor(thirty, [5]) as unknown as Record<string, unknown>
    const cursor = new Cursor(thirty, [5])
    const keys = Reflect.ownKeys(cursor)
    client.query(cursor)
    for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10));
    expect(Reflect.ownKeys(cursor)).toEqual(keys)
    expect(Object.getPrototypeOf(cursor)).toBe(Object.getPrototypeOf(bare))
    expect(listenerCounts()).toEqual(before)
    expect(Object.hasOwn(wire(), 'execute')).toBe(false)
  })
})

describe('a query stream', () => {
  test('read to its end makes one span with its text and rows', async () => {
    const stream = client.query(new QueryStream(thirty, [30], { batchSize: 10 }))
    const rows = await stream.toArray()
    expect(rows).toHaveLength(30)
    const span = onlySpan()
    expect(span.attributes['db.query.text']).toContain('generate_series')
    expect(span.attributes['db.response.returned_rows']).toBe(30)
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('closed early makes one span that says so', async () => {
    const stream = client.query(new QueryStream(thirty, [1000], { batchSize: 10 }))
    for await (const _row of stream) break
    await client.query('SELECT 1')
    const span = onlySpan()
    expect(span.attributes['pgspan.abandoned']).toBe(true)
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('that fails makes one span with its SQLSTATE', async () => {
    const stream = client.query(new QueryStream(failing, [], { batchSize: 10 }))
    await expect(stream.toArray()).rejects.toThrow('division by zero')
    expect(onlySpan().attributes['error.type']).toBe('22012')
    await client.query('SELECT 1')
  })

  test('from a pool ends its span before the connection is used again', async () => {
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 1 })
    const pooled = await pool.connect()
    const stream = pooled.query(new QueryStream(thirty, [30]))
    await stream.toArray()
    pooled.release()
    await pool.query('SELECT 1')
    onlySpan()
    await pool.end()
  })
})

describe('a Query object of the driver', () => {
  test('with a callback makes one span', async () => {
    const { Query } = loadPg()
    const query = new Query('SELECT 1 AS n')
    client.query(query)
    await once(query, 'end')
    expect(onlySpan().attributes['db.response.returned_rows']).toBe(1)
  })

  test('that the driver refuses to send makes one span with an error', async () => {
    const { Query } = loadPg()
    const query = new Query({ text: 'SELECT $1', values: 'no array' as unknown as unknown[] })
    const failed = once(query, 'error').catch((error) => [error])
    client.query(query)
    await failed
    await client.query('SELECT 1')
    expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR)
  })
})
