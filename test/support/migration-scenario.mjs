// Runs the same queries under one of the two instrumentations and prints the names that it recorded.
// Usage: node migration-scenario.mjs <package> <options as JSON>, with DATABASE_URL.
import { createRequire } from 'node:module'
import { metrics, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const require = createRequire(import.meta.url)
const [packageName, options] = process.argv.slice(2)
const { PgInstrumentation } = require(packageName)

const spanExporter = new InMemorySpanExporter()
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: spanExporter })],
})
const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
  exportIntervalMillis: 3_600_000,
})
const meterProvider = new MeterProvider({ readers: [reader] })
trace.setGlobalTracerProvider(tracerProvider)
metrics.setGlobalMeterProvider(meterProvider)
const instrumentation = new PgInstrumentation(JSON.parse(options))
instrumentation.setTracerProvider(tracerProvider)
instrumentation.setMeterProvider(meterProvider)
const pg = require('pg')

// In its parts, since upstream reads no other pool's address.
const { hostname, port, username, password, pathname } = new URL(process.env.DATABASE_URL)
const target = {
  host: hostname,
  port: Number(port),
  user: username,
  password,
  database: pathname.slice(1),
  idleTimeoutMillis: 5_000,
}
const pool = new pg.Pool(target)
await pool.query('CREATE TEMPORARY TABLE orders (id int, label text)')
await pool.query({ name: 'find', text: 'SELECT * FROM orders WHERE id = $1', values: [1] })
await new Promise((resolve) => pool.query('SELECT 1/0', () => resolve()))
const client = new pg.Client(target)
await client.connect()
await client.query('SELECT 1')
await client.end()
const { resourceMetrics } = await reader.collect()
await pool.end()

const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
const keysOf = (bags) => [...new Set(bags.flatMap((bag) => Object.keys(bag)))].sort()
process.stdout.write(
  JSON.stringify({
    spans: [...new Set(spanExporter.getFinishedSpans().map(({ name }) => name))],
    spanAttributes: keysOf(
      spanExporter
        .getFinishedSpans()
        .map(({ attributes }) =>
          Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
        ),
    ),
    metrics: all.filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name),
    metricAttributes: keysOf(all.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes))),
  }),
)
