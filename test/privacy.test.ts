import { Writable } from 'node:stream'
import { DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { createConsoleSink, createInsights, InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import { createQueryLog, toOpenTelemetry, toStream, toTable } from '@pgspan/slow-query-log'
import Cursor from 'pg-cursor'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const canary = 'canary4711'

const database = useTestDatabase('CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE)')
const logRecords = new InMemoryLogRecordExporter()
const loggerProvider = new LoggerProvider({
  processors: [new SimpleLogRecordProcessor({ exporter: logRecords })],
})
logs.setGlobalLoggerProvider(loggerProvider)
const insights = createInsights({ loggerProvider, slowQueryMillis: 1 })
const telemetry = useTelemetry({ spanProcessors: [new InsightsSpanProcessor(insights)] })
const instrumentation = new PgInstrumentation({
  acquireSpans: 'always',
  connectSpans: 'always',
  beginSpans: 'always',
  queryIds: true,
  addSqlCommenterCommentToQueries: true,
  requestHook(_span, { query }) {
    throw new Error(`a hook that names what it was given: ${query.text} ${query.values}`)
  },
})
const logged: string[] = []
const stream = new Writable({
  write(line, _encoding, done) {
    logged.push(String(line))
    done()
  },
})
const log = createQueryLog({
  sampleRate: 1,
  poolEvents: true,
  writers: [toOpenTelemetry(loggerProvider), toStream(stream), toTable()],
})
log.attach()
const endpoint = createMetricsEndpoint()
const printed: string[] = []
insights.subscribe(createConsoleSink((text) => printed.push(text)))
const said: unknown[] = []
const say = (...args: unknown[]): number => said.push(...args)
diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.ALL)

afterAll(() => {
  instrumentation.disable()
  endpoint.close()
  insights.close()
})

test('no literal, parameter or message of the server leaves the process', async () => {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
  const failing = [
    `SELECT '${canary}'::int`,
    `INSERT INTO person VALUES (1, '${canary}')`,
    `INSERT INTO person VALUES (1, '${canary}')`,
    `SELECT * FROM person WHERE email = ''${canary}'`,
    `SELECT 'O'${canary}' FROM person`,
    `SELECT $tag$${canary}`,
    // Quotes that end where none was meant: what looks like a name is data.
    ...Array<string>(12).fill(`SELECT * FROM person WHERE email = 'x'or ${canary} b' AND id <> '`),
    `SELECT E'\\'${canary}' || 1/0`,
    `DO $$ BEGIN RAISE EXCEPTION '${canary}'; END $$`,
  ]
  await runInUnitOfWork('job', () =>
    trace.getTracer('test').startActiveSpan('job', async (span) => {
      for (const text of failing) await pool.query(text).catch(() => {})
      await pool.query('SELECT $1::text', [canary])
      await pool.query(`/* ${canary} */ SELECT 1 -- ${canary}`)
      await pool.query(`SELECT set_config('application_name', '${canary}', false)`)
      for (let n = 0; n < 12; n++)
        await pool.query('SELECT pg_sleep(0.002), email FROM person WHERE email = $1', [`${canary}${n}`])
      for (let n = 0; n < 4; n++)
        await pool.query(`SELECT pg_sleep(0.002) FROM person WHERE email = '${canary}'`)
      const client = await pool.connect()
      await client.query(new Cursor(`SELECT '${canary}' AS x`)).read(10)
      client.release(true)
      span.end()
    }),
  )
  await pool.end()
  await log.close()
  insights.flush()

  const spans = telemetry
    .spans()
    .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }))
  const metrics = await Promise.all(
    ['db.client.operation.duration', 'db.client.connection.count', 'pgspan.findings'].map((name) =>
      telemetry.points(name),
    ),
  )
  const records = logRecords
    .getFinishedLogRecords()
    .map(({ eventName, body, attributes, severityText }) => ({ eventName, body, attributes, severityText }))
  const reader = new (loadPg().Client)({ connectionString: database().connectionString })
  await reader.connect()
  const { rows } = await reader.query('SELECT * FROM pgspan_queries')
  await reader.end()
  const { body: scraped } = await endpoint.answer('GET', { accept: 'application/openmetrics-text' })
  const everything = {
    scraped,
    logged,
    rows,
    spans,
    metrics,
    records,
    printed,
    said,
    findings: insights.findings(),
    statistics: insights.statistics(),
    recentUnits: insights.recentUnits().map(({ number }) => insights.recentUnit(number)),
  }

  expect(spans.length).toBeGreaterThan(25)
  expect(scraped).toMatch(/^db_client_operation_duration_seconds_bucket\{.*trace_id=/m)
  expect(new Set(records.map(({ eventName }) => eventName))).toEqual(
    new Set([
      'pgspan.finding',
      'db.client.operation.exception',
      'pgspan.query',
      ...['opened', 'acquired', 'released', 'closed'].map((what) => `pgspan.connection.${what}`),
    ]),
  )
  expect(logged.length).toBeGreaterThan(100)
  expect(rows.length).toBeGreaterThan(30)
  expect(printed.length).toBeGreaterThan(0)
  for (const [where, what] of Object.entries(everything)) {
    expect(
      `${where}: ${inspected(what).match(new RegExp(`.{0,60}${canary}.{0,20}`))?.[0] ?? 'nothing'}`,
    ).toBe(`${where}: nothing`)
  }
})

/** Everything that can be reached, errors and their texts included. */
function inspected(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part instanceof Error ? `${part.message} ${part.stack}` : part,
  )
}
