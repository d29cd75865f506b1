import { context, createNoopMeter, metrics, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState, runInUnitOfWork } from '@pgspan/lifecycle'
import { createMetricsEndpoint, type MetricsEndpoint } from '@pgspan/metrics-endpoint'
import { startServerFigures } from '@pgspan/pool-care'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { readPrometheusText, type Sample } from '../support/prometheus-text.js'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase('CREATE TABLE items AS SELECT id FROM generate_series(1, 12) AS id')
const instrumentation = new PgInstrumentation()
const insights = createInsights({ console: false })
const detach = insights.attach()
const { Pool } = loadPg()
const openMetrics = { accept: 'application/openmetrics-text; version=1.0.0' }
const textOf = async (): Promise<string> => String((await endpoint.answer('GET', openMetrics)).body)
const samples = async (name: string): Promise<readonly Sample[]> =>
  readPrometheusText(String((await endpoint.answer('GET', {})).body)).filter((sample) => sample.name === name)
const sum = async (name: string): Promise<number> =>
  (await samples(name)).reduce((total, { value }) => total + value, 0)

let endpoint: MetricsEndpoint
let pool: InstanceType<typeof Pool>
beforeAll(() => {
  endpoint = createMetricsEndpoint()
  pool = new Pool({ connectionString: database().connectionString })
})
afterAll(async () => {
  await pool.end()
  endpoint.close()
  detach()
  insights.close()
  instrumentation.disable()
})

test('without an SDK queries and pools are measured', async () => {
  const held = await pool.connect()
  await pool.query('SELECT 1')
  expect(await sum('db_client_operation_duration_seconds_count')).toBe(1)
  expect(await samples('db_client_connection_count')).toMatchObject([
    { labels: { db_client_connection_state: 'used' }, value: 1 },
    { labels: { db_client_connection_state: 'idle' }, value: 1 },
    { labels: { db_client_connection_state: 'connecting' }, value: 0 },
  ])
  held.release()
  expect(await sum('db_client_connection_use_time_seconds_count')).toBe(2)
  expect(await samples('target_info')).toMatchObject([{ labels: { process_runtime_name: 'nodejs' } }])
})

test('without an SDK the api’s place for one stays free', () => {
  expect(metrics.getMeterProvider().getMeter('any')).toBe(createNoopMeter())
})

test('without an SDK there are findings and figures of the server', async () => {
  const figures = startServerFigures()
  await figures.ask()
  expect(await samples('pgspan_server_up')).toMatchObject([{ value: 1 }])
  figures.close()
  await runInUnitOfWork('job', async () => {
    const { rows } = await pool.query('SELECT id FROM items')
    for (const { id } of rows) await pool.query('SELECT id FROM items WHERE id = $1', [id])
  })
  insights.flush()
  const findings = await samples('pgspan_findings_total')
  expect(findings.filter(({ labels }) => labels.pgspan_finding_kind === 'n_plus_one')).toMatchObject([
    { labels: { db_namespace: database().name }, value: 1 },
  ])
})

test('there are exemplars only of what ran in a trace', async () => {
  expect(await textOf()).not.toContain('trace_id')
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  // As somebody else's tracer would leave it, whose spans end elsewhere.
  const caller = trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.SAMPLED,
  })
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  await context.with(caller, () => pool.query('SELECT id FROM items LIMIT 2'))
  const lines = (await textOf()).split('\n').filter((line) => line.includes(`trace_id="${traceId}"`))
  expect(lines.filter((line) => line.startsWith('db_client_operation_duration_seconds_bucket'))).toHaveLength(
    1,
  )
  context.disable()
})

test('an SDK that comes later has its own figures, and the endpoint’s go on', async () => {
  const before = await sum('db_client_operation_duration_seconds_count')
  const telemetry = useTelemetry()
  await pool.query('SELECT 1')
  const points = await telemetry.points('db.client.operation.duration')
  expect(points.map(({ value }) => (value as { count: number }).count)).toEqual([1])
  expect(await sum('db_client_operation_duration_seconds_count')).toBe(before + 1)
  expect(await samples('db_client_connection_limit')).toHaveLength(1)
})

test('two instrumentations with providers of their own are counted once', async () => {
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics')
  const second = new PgInstrumentation()
  second.setMeterProvider(new MeterProvider())
  const before = await sum('db_client_operation_duration_seconds_count')
  await pool.query('SELECT 1')
  expect(await sum('db_client_operation_duration_seconds_count')).toBe(before + 1)
  expect(await samples('db_client_connection_limit')).toHaveLength(1)
  second.disable()
})

test('once it is closed, it receives nothing', async () => {
  const other = createMetricsEndpoint()
  endpoint.close()
  expect(processState().meterProviders.all).toHaveLength(1)
  other.close()
  const before = await sum('db_client_operation_duration_seconds_count')
  await pool.query('SELECT 1')
  expect(await sum('db_client_operation_duration_seconds_count')).toBe(before)
})
