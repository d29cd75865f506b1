import { metrics, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { processState } from '@pgspan/lifecycle'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from '../../../test/support/load-pg.js'
import { useTelemetry } from '../../../test/support/telemetry.js'
import { useTestDatabase } from '../../../test/support/test-database.js'
import { PgInstrumentation } from './pg-instrumentation.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ acquireSpans: 'never', connectSpans: 'never' })
afterAll(() => instrumentation.disable())

const limits = async (): Promise<unknown[]> =>
  (await telemetry.points('db.client.connection.limit')).map(({ value }) => value)

test('new options hold for pools that are there, and disabling stops all recording', async () => {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 3 })
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['SELECT'])
  expect(await limits()).toEqual([3])

  instrumentation.setConfig({ acquireSpans: 'always' })
  telemetry.reset()
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT'])
  expect(await limits()).toEqual([3])

  instrumentation.disable()
  telemetry.reset()
  await pool.query('SELECT 1')
  expect(telemetry.spans()).toEqual([])

  instrumentation.enable()
  await pool.query('SELECT 1')
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT'])
  expect(await limits()).toEqual([3])
  await pool.end()
})

describe('while it is switched at run time', () => {
  let client: pg.Client
  beforeEach(async () => {
    instrumentation.enable()
    client = new (loadPg().Client)(database().connectionString)
    await client.connect()
    telemetry.reset()
  })
  afterEach(() => client.end())

  const names = (): string[] => telemetry.spans().map(({ name }) => name)
  /** A tracer provider of its own, with what it was given. */
  function anotherProvider(): { provider: TracerProvider; names(): string[] } {
    const exporter = new InMemorySpanExporter()
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
    return { provider, names: () => exporter.getFinishedSpans().map(({ name }) => name) }
  }

  test('disabled means bare: nobody is told of anything', async () => {
    instrumentation.disable()
    instrumentation.disable()
    expect(processState().dispatcher.isObserved).toBe(false)
    const { rows } = await client.query('SELECT 1 AS n')
    expect(rows).toEqual([{ n: 1 }])
    expect(names()).toEqual([])
    instrumentation.enable()
    instrumentation.enable()
    await client.query('SELECT 2')
    expect(names()).toEqual(['SELECT'])
  })

  test.each([
    ['disable', () => instrumentation.disable()],
    ['disable and enable', () => [instrumentation.disable(), instrumentation.enable()]],
    ['setConfig', () => instrumentation.setConfig({ acquireSpans: 'never', connectSpans: 'never' })],
  ])('%s in the middle of queries ends each of them once', async (_what, change) => {
    const running = [client.query('SELECT pg_sleep(0.02)'), client.query('SELECT 1/0')]
    const cursor = client.query(new Cursor('SELECT generate_series(1, 3)'))
    const rows = cursor.read(10)
    change()
    const settled = await Promise.allSettled([...running, rows])
    await cursor.close()
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(names()).toEqual(['SELECT', 'SELECT', 'SELECT'])
    expect(telemetry.spans().map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      '22012',
      undefined,
    ])
    const durations = await telemetry.points('db.client.operation.duration')
    expect(durations.length).toBeGreaterThan(0)
  })

  test('another tracer provider gets the queries that start from now on', async () => {
    const other = anotherProvider()
    const running = client.query('SELECT pg_sleep(0.01)')
    instrumentation.setTracerProvider(other.provider)
    await Promise.all([running, client.query('SELECT 2 FROM pg_class LIMIT 1')])
    expect(names()).toEqual(['SELECT'])
    expect(other.names()).toEqual(['SELECT pg_class'])
    instrumentation.setTracerProvider(trace.getTracerProvider())
  })

  test('another meter provider gets the instruments again, and the one before no more points', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const before = (await telemetry.points('db.client.operation.duration')) as DataPoint<Histogram>[]
    const count = (points: readonly DataPoint<Histogram>[]): number =>
      points.reduce((sum, { value }) => sum + value.count, 0)
    instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }))
    await client.query('SELECT 1')
    const { resourceMetrics } = await reader.collect()
    const points = resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === 'db.client.operation.duration')
      .flatMap(({ dataPoints }) => dataPoints as DataPoint<Histogram>[])
    expect(count(points)).toBe(1)
    const after = (await telemetry.points('db.client.operation.duration')) as DataPoint<Histogram>[]
    expect(count(after)).toBe(count(before))
    instrumentation.setMeterProvider(metrics.getMeterProvider())
    await reader.shutdown()
  })

  test('a second one with the same providers adds nothing, and goes on alone when the first is off', async () => {
    const second = new PgInstrumentation()
    await client.query('SELECT 1')
    expect(names()).toEqual(['SELECT'])
    instrumentation.disable()
    await client.query('SELECT 2')
    expect(names()).toEqual(['SELECT', 'SELECT'])
    const other = anotherProvider()
    instrumentation.enable()
    instrumentation.setTracerProvider(other.provider)
    await client.query('SELECT 3')
    expect([names().length, other.names().length]).toEqual([3, 1])
    second.disable()
    instrumentation.setTracerProvider(trace.getTracerProvider())
  })

  test('a checkout that ends while it is off is not used any more', async () => {
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 1 })
    const held = await pool.connect()
    instrumentation.disable()
    held.release()
    instrumentation.enable()
    const used = (await telemetry.points('db.client.connection.count')).filter(
      ({ attributes }) => attributes['db.client.connection.state'] === 'used',
    )
    expect(used.map(({ value }) => value)).not.toContain(1)
    await pool.end()
  })
})
