import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { createMetricProducer, type MetricProducer } from '@pgspan/metrics-endpoint'
import { afterEach, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
afterEach(() => metrics.disable())

/** A registered SDK, and what it exports. */
function startSdk(metricProducers: MetricProducer[] = []): {
  export(): Promise<Map<string, MetricData[]>>
  stop(): Promise<void>
} {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    metricProducers,
  })
  const provider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(provider)
  return {
    async export() {
      await reader.forceFlush()
      const exported = new Map<string, MetricData[]>()
      for (const { scopeMetrics } of exporter.getMetrics().slice(-1))
        for (const { scope, metrics: ofScope } of scopeMetrics)
          exported.set(scope.name, [...(exported.get(scope.name) ?? []), ...ofScope])
      return exported
    },
    async stop() {
      metrics.disable()
      await provider.shutdown()
    },
  }
}

/** Queries that succeed and fail, a pool that ends, a finding, and a metric of the application. */
async function work(): Promise<void> {
  metrics.getMeter('shop').createCounter('shop.orders').add(2)
  const instrumentation = new PgInstrumentation()
  // Nothing that is found only where a machine is slow.
  const insights = createInsights({ console: false, slowQueryMillis: false, poolWaitMillis: false })
  insights.attach()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
  await runInUnitOfWork('orders', async () => {
    for (let i = 0; i < 3; i++) await pool.query('SELECT $1::int AS same', [1])
    await pool.query('SELECT 1 / 0').catch(() => {})
  })
  await pool.end()
  insights.close()
  await new Promise((resolve) => setImmediate(resolve))
  stopRecording = () => instrumentation.disable()
}
let stopRecording = (): void => {}
afterEach(() => stopRecording())

/** All of a metric that does not depend on how long things took. */
function comparable({ descriptor, dataPoints, ...rest }: MetricData): unknown {
  const points = dataPoints.map(({ attributes, value }) => ({
    attributes,
    value:
      typeof value === 'number'
        ? descriptor.unit === 's' || Math.round(value * 1e6) / 1e6
        : { count: value.count, boundaries: 'buckets' in value && value.buckets.boundaries },
  }))
  const { name, description, unit, valueType } = descriptor
  const sorted = points.map((point) => JSON.stringify(point)).sort()
  return { ...rest, name, description, unit, valueType, points: sorted }
}

function byName(all: readonly MetricData[] = []): Record<string, unknown> {
  return Object.fromEntries(all.map((metric) => [metric.descriptor.name, comparable(metric)]))
}

describe('a metric producer', () => {
  test('gives a reader of the SDK the metrics that the SDK’s own instruments would', async () => {
    const bare = startSdk()
    await work()
    const expected = await bare.export()
    stopRecording()
    await bare.stop()

    const producer = createMetricProducer()
    const sdk = startSdk([producer])
    await work()
    const produced = await sdk.export()
    for (const scope of expected.keys())
      expect(byName(produced.get(scope))).toEqual(byName(expected.get(scope)))
    expect([...produced.keys()].sort()).toEqual([...expected.keys()].sort())
    expect(expected.get('@pgspan/instrumentation-pg')?.length).toBeGreaterThan(15)
    expect(expected.get('@pgspan/insights')?.length).toBeGreaterThan(0)
    producer.close()
    await sdk.stop()
  })

  test('leaves everything to the SDK again once it was closed', async () => {
    const producer = createMetricProducer()
    producer.close()
    producer.close()
    const sdk = startSdk()
    await work()
    expect((await sdk.export()).get('@pgspan/instrumentation-pg')?.length).toBeGreaterThan(15)
    await sdk.stop()
  })

  test('says when its figures began, and the times of an export', async () => {
    const before = Date.now() / 1_000
    const producer = createMetricProducer()
    const sdk = startSdk([producer])
    await work()
    const [metric] = (await sdk.export()).get('@pgspan/instrumentation-pg') ?? []
    const [point] = metric?.dataPoints ?? []
    const seconds = ([whole, nanos]: [number, number] = [0, 0]): number => whole + nanos / 1e9
    expect(seconds(point?.startTime)).toBeGreaterThanOrEqual(before - 0.002)
    expect(seconds(point?.endTime)).toBeGreaterThanOrEqual(seconds(point?.startTime))
    expect(seconds(point?.endTime)).toBeLessThanOrEqual(Date.now() / 1_000)
    producer.close()
    await sdk.stop()
  })
})
