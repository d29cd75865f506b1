import { context, ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import {
  claimedInstrumentation,
  loadPgAnew,
  querySpans,
  recordedCount,
  useFreshMetrics,
} from './claimed-instrumentation.js'

const secret = 'my-secret-4711'

const database = useTestDatabase()
const telemetry = useTelemetry()
const records = new InMemoryLogRecordExporter()
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: records })] }),
)
const instrumentation = claimedInstrumentation()
const { Client, Pool } = loadPgAnew()
afterAll(() => instrumentation.disable())

let client: pg.Client
let metric: ReturnType<typeof useFreshMetrics>

beforeAll(async () => {
  client = new Client({ connectionString: database().connectionString })
  await client.connect()
})
beforeEach(() => {
  telemetry.reset()
  records.reset()
  metric = useFreshMetrics(instrumentation)
})
afterAll(() => client.end())

async function failedSpan(text = `SELECT '${secret}'::int`): Promise<ReadableSpan> {
  await expect(client.query(text)).rejects.toThrow()
  const [span] = querySpans(telemetry)
  expect(span?.status.code).toBe(SpanStatusCode.ERROR)
  return span as ReadableSpan
}

describe('no value of the application leaves', () => {
  test('in the status of a span that failed', async () => {
    expect((await failedSpan()).status.message).not.toContain(secret)
  })

  test('in db.query.text (contrib#1744, contrib#3471)', async () => {
    expect((await failedSpan()).attributes['db.query.text']).not.toContain(secret)
  })

  test('in the name of a span or the attributes of a metric (contrib#2029)', async () => {
    await client.query('CREATE TEMPORARY TABLE note (id int, name text)')
    await client.query(`INSERT\nINTO\nnote(id,name)VALUES(5001,'${secret}')`)
    const points = (await metric('db.client.operation.duration'))?.dataPoints ?? []
    expect(points.length).toBeGreaterThan(0)
    const left = [querySpans(telemetry).map(({ name }) => name), points.map(({ attributes }) => attributes)]
    expect(JSON.stringify(left).toLowerCase().match(secret)?.[0] ?? 'nothing').toBe('nothing')
  })
})

test('100 statements that differ in layout and literals have one name, and one point of the metric (contrib#2029)', async () => {
  for (let n = 0; n < 100; n++) await client.query(`SELECT\t${n}\tWHERE\n1=${n}`)
  const names = new Set(querySpans(telemetry).map(({ name }) => name)).size
  const points = (await metric('db.client.operation.duration'))?.dataPoints.length
  expect({ names, points }).toEqual({ names: 1, points: 1 })
})

test.each(['/* why */ SELECT 1', '-- why\nSELECT 1', '(SELECT 1)'])(
  '%j is named as the SELECT that it is (contrib#2029)',
  async (text) => {
    await client.query(text)
    const [span] = querySpans(telemetry)
    expect(span?.name).toMatch(/^(pg\.query:)?SELECT\b/)
  },
)

test('an exception is recorded with its type and its stack (contrib#3172)', async () => {
  const span = await failedSpan()
  const exceptions = [
    ...span.events.map(({ attributes }) => attributes),
    ...records.getFinishedLogRecords().map(({ attributes }) => attributes),
  ]
  expect(exceptions).toHaveLength(1)
  const recorded = Object.keys(exceptions[0] ?? {}).filter((key) => key.startsWith('exception.'))
  expect(recorded.sort()).toEqual(['exception.message', 'exception.stacktrace', 'exception.type'])
})

describe('a failed operation', () => {
  test('has error.type on its span', async () => {
    expect((await failedSpan()).attributes['error.type']).toBe('22P02')
  })

  test('has db.response.status_code on its span', async () => {
    expect((await failedSpan()).attributes['db.response.status_code']).toBe('22P02')
  })

  test('has error.type on its duration, though its promise was rejected', async () => {
    await failedSpan()
    expect(await failures('22P02')).toBe(1)
  })

  test('counts if the driver throws it', async () => {
    const wrong = { text: 'SELECT 1', callback: 'no function' }
    // The published types refuse it as the driver does.
    expect(() => client.query(wrong as pg.QueryConfig)).toThrow('callback is not a function')
    expect(await failures('TypeError')).toBe(1)
  })

  test('counts if there is no connection', async () => {
    const pool = new Pool({ host: '127.0.0.1', port: 1 })
    await context.with(ROOT_CONTEXT, () => expect(pool.query('SELECT 1')).rejects.toThrow('ECONNREFUSED'))
    await pool.end()
    expect(await failures('ECONNREFUSED')).toBe(1)
  })

  async function failures(type: string): Promise<number> {
    return recordedCount(await metric('db.client.operation.duration'), { 'error.type': type })
  }
})
