import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE TABLE item (id int PRIMARY KEY, parent int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)
`)
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
let client: pg.Client

beforeEach(async () => {
  client = new (loadPg().Client)({ connectionString: database().connectionString })
  client.on('error', () => {})
  await client.connect()
  telemetry.reset()
})
afterEach(async () => {
  instrumentation.setConfig({})
  await client.end().catch(() => {})
})
afterAll(() => instrumentation.disable())

async function run(...texts: string[]): Promise<void> {
  for (const text of texts) await client.query(text).catch(() => {})
}

function spanNamed(name: string): ReadableSpan {
  const spans = telemetry.spans().filter((span) => span.name === name)
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

const names = (): string[] => telemetry.spans().map(({ name }) => name)

describe('the span of a COMMIT', () => {
  test('has the transaction’s duration, its statements, its idle time and its outcome', async () => {
    await run('BEGIN', 'SELECT pg_sleep(0.03)')
    await new Promise((resolve) => setTimeout(resolve, 60))
    await run('INSERT INTO item VALUES (1)', 'COMMIT')
    const { attributes, status } = spanNamed('COMMIT')
    expect(attributes['pgspan.transaction.outcome']).toBe('committed')
    expect(attributes['pgspan.transaction.statements']).toBe(2)
    const duration = attributes['pgspan.transaction.duration'] as number
    const idle = attributes['pgspan.transaction.idle_time'] as number
    expect(idle).toBeGreaterThan(0.055)
    expect(duration - idle).toBeGreaterThan(0.029)
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })

  test('that was answered with ROLLBACK, since a statement had failed, is an error', async () => {
    await run('BEGIN', 'SELECT 1/0', 'COMMIT')
    const { attributes, status } = spanNamed('COMMIT')
    expect(status.code).toBe(SpanStatusCode.ERROR)
    expect(attributes).toMatchObject({
      'pgspan.transaction.outcome': 'commit_rolled_back',
      'error.type': 'commit_rolled_back',
    })
    expect(attributes['db.response.status_code']).toBeUndefined()
  })

  test('that fails by itself says so beside its SQLSTATE', async () => {
    await run('BEGIN', 'INSERT INTO item VALUES (10, 99)', 'COMMIT')
    const { attributes, status } = spanNamed('COMMIT')
    expect(status.code).toBe(SpanStatusCode.ERROR)
    expect(attributes).toMatchObject({
      'pgspan.transaction.outcome': 'commit_failed',
      'error.type': '23503',
    })
  })

  test('whose answer was lost has an unknown outcome', async () => {
    await run('BEGIN', 'INSERT INTO item VALUES (11)')
    const committing = client.query('COMMIT').catch(() => {})
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    await committing
    expect(spanNamed('COMMIT').attributes['pgspan.transaction.outcome']).toBe('unknown')
  })

  test('outside a transaction has none of these', async () => {
    await run('COMMIT')
    expect(Object.keys(spanNamed('COMMIT').attributes).filter((key) => key.includes('transaction'))).toEqual(
      [],
    )
  })
})

test('the span of a ROLLBACK has the outcome rolled_back and is no error', async () => {
  await run('START TRANSACTION', 'SELECT 1', 'ROLLBACK')
  const { attributes, status } = spanNamed('ROLLBACK')
  expect(status.code).toBe(SpanStatusCode.UNSET)
  expect(attributes).toMatchObject({
    'pgspan.transaction.outcome': 'rolled_back',
    'pgspan.transaction.statements': 1,
  })
})

test('savepoints are statements of the transaction, and rolling back to one saves it', async () => {
  await run('begin', 'SAVEPOINT s', 'SELECT 1/0', 'ROLLBACK TO s', 'RELEASE s', 'END')
  expect(spanNamed('END').attributes).toMatchObject({
    'pgspan.transaction.outcome': 'committed',
    'pgspan.transaction.statements': 4,
  })
  expect(spanNamed('ROLLBACK').attributes['pgspan.transaction.outcome']).toBeUndefined()
})

test('a chained transaction begins where the one before ended', async () => {
  await run('BEGIN', 'SELECT 1', 'COMMIT AND CHAIN', 'SELECT 1', 'SELECT 2', 'COMMIT')
  const counts = telemetry
    .spans()
    .filter(({ name }) => name === 'COMMIT')
    .map(({ attributes }) => attributes['pgspan.transaction.statements'])
  expect(counts).toEqual([1, 2])
})

test('a transaction that begins in a text of several statements is followed', async () => {
  await run('BEGIN; SELECT 1', 'SELECT 2', 'COMMIT')
  expect(spanNamed('COMMIT').attributes).toMatchObject({
    'pgspan.transaction.outcome': 'committed',
    'pgspan.transaction.statements': 1,
  })
})

describe('BEGIN', () => {
  test('makes no span of its own', async () => {
    await run('BEGIN', 'start transaction read only', 'SELECT 1', 'COMMIT')
    expect(names()).toEqual(['SELECT', 'COMMIT'])
  })

  test('makes one if it fails, from its call to its end', async () => {
    await run('BEGIN ISOLATION LEVEL nonsense')
    const span = spanNamed('BEGIN')
    expect(span.attributes['error.type']).toBe('42601')
    expect(span.status.code).toBe(SpanStatusCode.ERROR)
    expect(span.duration[0] * 1e9 + span.duration[1]).toBeGreaterThan(0)
  })

  test('makes one if it took 50 ms, as long as it took', async () => {
    const sleeping = client.query('SELECT pg_sleep(0.08)')
    await Promise.all([sleeping, client.query('BEGIN')])
    const { duration, attributes } = spanNamed('BEGIN')
    expect(duration[1] / 1e6).toBeGreaterThan(75)
    expect(attributes['pgspan.queue.wait']).toBeGreaterThan(0.075)
  })

  test('makes one always or never, by rule', async () => {
    instrumentation.setConfig({ beginSpans: 'always' })
    await run('BEGIN', 'COMMIT')
    expect(names()).toEqual(['BEGIN', 'COMMIT'])
    telemetry.reset()
    instrumentation.setConfig({ beginSpans: 'never' })
    await run('BEGIN nonsense')
    expect(names()).toEqual([])
  })

  test('leaves the wait for the connection to the statement behind it', async () => {
    // Its span would tell of the wait as well.
    instrumentation.setConfig({ acquireSpans: 'never' })
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
    const pooled = await pool.connect()
    await Promise.all([pooled.query('BEGIN'), pooled.query('SELECT 1'), pooled.query('COMMIT')])
    pooled.release()
    await pool.end()
    const told = telemetry.spans().filter(({ attributes }) => attributes['pgspan.pool.path'] !== undefined)
    expect(told.map(({ name }) => name)).toEqual(['SELECT'])
  })
})
