import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../examples/shop/demo/free-port.js'
import { startOtlpReceiver } from '../support/otlp-receiver.js'
import { readPrometheusText } from '../support/prometheus-text.js'
import { printed, runNode } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const entry = createRequire(import.meta.url).resolve('pgspan')
const metricsEntry = createRequire(entry).resolve('pgspan/metrics')
const api = createRequire(entry).resolve('@opentelemetry/api')

/** An application with metrics of its own, that answers one request with one query; and what it serves then. */
const application = `
  const { startPgspan } = require(${JSON.stringify(entry)})
  const { createServer } = require('node:http')
  const pgspan = startPgspan({ console: false, inspector: false, serviceName: 'shop', ...JSON.parse(process.env.OPTIONS || '{}') })
  const { Pool } = require('pg')
  const { metrics } = require(${JSON.stringify(api)})
  async function main() {
    const orders = metrics.getMeter('shop').createCounter('shop.orders')
    const pool = new Pool({ connectionString: process.env.DATABASE_URL })
    const server = createServer(async (request, response) => {
      orders.add(1)
      await pool.query('SELECT 1')
      response.end('ok')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    await (await fetch('http://127.0.0.1:' + server.address().port)).text()
    const url = await pgspan.metricsUrl
    const headers = { accept: 'application/openmetrics-text;version=1.0.0' }
    const text = url && (await (await fetch(url, { headers })).text())
    const { createMetricsEndpoint } = require(${JSON.stringify(metricsEntry)})
    const mounted = String((await createMetricsEndpoint().answer('GET', headers)).body)
    await new Promise((resolve) => server.close(resolve))
    await pool.end()
    await pgspan.shutdown()
    console.log(JSON.stringify({ text, mounted }))
  }
  main()`

interface Served {
  readonly text: string | undefined
  readonly mounted: string
}

async function serve(
  env: Record<string, string> = {},
  options: object = {},
  args: readonly string[] = [],
): Promise<Served> {
  return printed(
    await runNode(['-e', application, ...args], {
      DATABASE_URL: database().connectionString,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
      OPTIONS: JSON.stringify(options),
      ...env,
    }),
  )
}
const sampleIn = (text: string | undefined, name: string): number =>
  readPrometheusText(String(text)).find((sample) => sample.name === name)?.value ?? 0

describe('startPgspan', () => {
  test('serves pgspan’s metrics, the application’s and those of other instrumentations, mounted as well', async () => {
    const { text, mounted } = await serve()
    for (const served of [text, mounted]) {
      expect(sampleIn(served, 'db_client_operation_duration_seconds_count')).toBe(1)
      expect(sampleIn(served, 'shop_orders_total')).toBe(1)
      expect(sampleIn(served, 'http_server_request_duration_seconds_count')).toBe(1)
      expect(served).toContain('service_name="shop"')
    }
    expect(text).toMatch(/^http_server_request_duration_seconds_bucket\{.*# \{trace_id=/m)
  })

  test('gives the collector the same, if one is named', async () => {
    const receiver = await startOtlpReceiver()
    const { text } = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    expect(sampleIn(text, 'db_client_operation_duration_seconds_count')).toBe(1)
    expect(sampleIn(text, 'shop_orders_total')).toBe(1)
    expect([...receiver.metrics]).toEqual(
      expect.arrayContaining([
        'db.client.operation.duration',
        'db.client.connection.count',
        'shop.orders',
        'http.server.request.duration',
      ]),
    )
    expect(receiver.histograms.filter(({ name }) => name === 'db.client.operation.duration')).toEqual([
      { name: 'db.client.operation.duration', isCumulative: true },
    ])
    const traceId = /trace_id="(\w+)"/.exec(String(text))?.[1]
    expect(receiver.spans.map((span) => span.traceId)).toContain(traceId)
    await receiver.close()
  })

  test('gives a collector that wants what is new since the last time just that', async () => {
    const receiver = await startOtlpReceiver()
    const { text } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    })
    expect(sampleIn(text, 'db_client_operation_duration_seconds_count')).toBe(1)
    expect(receiver.histograms.filter(({ name }) => name === 'db.client.operation.duration')).toEqual([
      { name: 'db.client.operation.duration', isCumulative: false },
    ])
    await receiver.close()
  })

  test('shuts down quietly where the collector is away', async () => {
    const { text } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    })
    expect(sampleIn(text, 'db_client_operation_duration_seconds_count')).toBe(1)
  })

  test('says nothing of the command’s arguments, among which a password may be', async () => {
    for (const kind of ['pgspan', 'opentelemetry']) {
      const { text } = await serve({ PGSPAN_METRICS_ENDPOINT: kind }, {}, [
        'serve',
        'postgres://shop:canary@db',
      ])
      expect(text).toContain('target_info')
      expect(text).toContain('process_runtime_name="nodejs"')
      expect(text).not.toContain('canary')
    }
  })

  test('leaves it to OpenTelemetry’s exporter if it is told to', async () => {
    const { text } = await serve({ PGSPAN_METRICS_ENDPOINT: 'opentelemetry' })
    expect(sampleIn(text, 'db_client_operation_duration_count')).toBe(1)
    expect(text).not.toContain('# EOF')
  })

  test('serves nothing if the environment names another exporter', async () => {
    expect((await serve({ OTEL_METRICS_EXPORTER: 'console' })).text).toBeUndefined()
  })
})
