import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Prometheus,
  type StoredExemplar,
  startPrometheus,
} from '../../scripts/observed-shops/prometheus-server.mjs'
import { loadPg } from '../support/load-pg.js'
import { findProgram } from '../support/programs.js'
import { type Telemetry, useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
const { Pool } = loadPg()
const endpoint = createMetricsEndpoint({ serviceName: 'shop' })
const program = findProgram('prometheus')
const promtool = findProgram('promtool')
const duration = 'db_client_operation_duration_seconds'
const oddText = 'a"b\\c\nd{e},f=é#'
let telemetry: Telemetry
let server: Server

beforeAll(async () => {
  telemetry = useTelemetry()
  server = createServer(endpoint.handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = new Pool({ connectionString: database().connectionString })
  await trace.getTracer('test').startActiveSpan('request', async (span) => {
    await pool.query('SELECT 1')
    await pool.query('SELECT pg_sleep(0.12)')
    await pool.query('SELECT 1/0').catch(() => {})
    span.end()
  })
  await pool.end()
  const odd = endpoint.meterProvider.getMeter(oddText)
  odd.createCounter('odd.things', { unit: 'By', description: oddText }).add(3, { text: oddText })
})
afterAll(() => {
  server.close()
  endpoint.close()
  instrumentation.disable()
})

describe.skipIf(program === undefined)('a real Prometheus (skipped without one)', () => {
  let prometheus: Prometheus
  beforeAll(async () => {
    const { port } = server.address() as AddressInfo
    prometheus = await startPrometheus({ program: program ?? '', jobs: { shop: `127.0.0.1:${port}` } })
    for (let i = 0; i < 100 && (await prometheus.query(`${duration}_count`)).length === 0; i++)
      await sleep(100)
  })
  afterAll(() => prometheus.stop())

  const spanOf = ({ labels }: StoredExemplar) =>
    telemetry.spans().find((span) => {
      const { traceId, spanId } = span.spanContext()
      return traceId === labels.trace_id && spanId === labels.span_id
    })

  test('scrapes it, with what the process is', async () => {
    expect(await prometheus.query('up')).toMatchObject([{ value: 1 }])
    expect(await prometheus.query('target_info')).toMatchObject([
      { labels: { service_name: 'shop' }, value: 1 },
    ])
  })

  test('stores an exemplar of the slowest bucket that leads to the span of the slow query', async () => {
    const passed = await prometheus.exemplars(`${duration}_bucket{error_type=""}`)
    const [slowest] = passed.toSorted((a, b) => b.value - a.value)
    expect(slowest?.value).toBeGreaterThan(0.1)
    expect(slowest && spanOf(slowest)?.attributes['db.query.text']).toContain('pg_sleep')
  })

  test('stores an exemplar of the failed queries that leads to the span of the one that failed', async () => {
    const failed = await prometheus.exemplars(`${duration}_bucket{error_type="22012"}`)
    expect(failed.map((exemplar) => spanOf(exemplar)?.status.code)).toEqual([SpanStatusCode.ERROR])
  })

  test('reads whatever stands in a label', async () => {
    const [sample] = await prometheus.query('odd_things_bytes_total')
    expect(sample).toMatchObject({ labels: { text: oddText, otel_scope_name: oddText }, value: 3 })
  })

  test('stores exemplars of the waits that lead to the request which waited', async () => {
    const waits = await prometheus.exemplars('db_client_connection_wait_time_seconds_bucket')
    expect(waits.length).toBeGreaterThan(0)
    for (const exemplar of waits) expect(spanOf(exemplar)?.name).toBe('request')
  })
})

test.skipIf(promtool === undefined)(
  'promtool finds nothing wrong with it but a name of the conventions (skipped without promtool)',
  async () => {
    const { body } = await endpoint.answer('GET', {})
    const check = promisify(execFile)(promtool ?? '', ['check', 'metrics'])
    check.child.stdin?.end(body)
    // It ends with 3 where it has something to say of names.
    const { stdout = '', stderr = '' } = await check.catch((error) => error)
    expect(`${stdout}${stderr}`.trim().split('\n')).toEqual([
      'db_client_connection_count non-histogram and non-summary metrics should not have "_count" suffix',
    ])
  },
)

test('the SDK’s own readers have the same figures', async () => {
  const points = await telemetry.points('db.client.operation.duration')
  const counts = points.map(({ value }) => (value as { count: number }).count)
  expect(counts.reduce((sum, count) => sum + count)).toBe(3)
})
