import { metrics, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { metrics as definitions } from '@pgspan/conventions'
import { afterEach, expect, test } from 'vitest'
import { Instruments } from './instruments.js'

afterEach(() => metrics.disable())

function newProvider(): {
  provider: MeterProvider
  counts: () => Promise<number[]>
  boundaries: () => Promise<number[]>
} {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  })
  const points = async (): Promise<{ count: number; buckets: { boundaries: number[] } }[]> => {
    const { resourceMetrics } = await reader.collect()
    const all = resourceMetrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .flatMap((metric): { value: unknown }[] => metric.dataPoints)
    return all.map(({ value }) => value as { count: number; buckets: { boundaries: number[] } })
  }
  return {
    provider: new MeterProvider({ readers: [reader] }),
    counts: async () => (await points()).map(({ count }) => count),
    boundaries: async () => (await points()).flatMap(({ buckets }) => buckets.boundaries),
  }
}

test('what is recorded before the SDK starts is lost, what comes after it is not', async () => {
  const instruments = new Instruments('test', '1')
  const durations = instruments.secondsOf(definitions.operationDuration)
  durations.record(5, {}, ROOT_CONTEXT)
  const { provider, counts, boundaries } = newProvider()
  metrics.setGlobalMeterProvider(provider)
  durations.record(5, {}, ROOT_CONTEXT)
  expect(await counts()).toEqual([1])
  expect(await boundaries()).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
})

test('a provider that replaces another gets its own instruments', async () => {
  const [first, second] = [newProvider(), newProvider()]
  const instruments = new Instruments('test', '1')
  const durations = instruments.secondsOf(definitions.operationDuration)
  metrics.setGlobalMeterProvider(first.provider)
  const before = instruments.generation
  durations.record(5, {}, ROOT_CONTEXT)
  metrics.disable()
  metrics.setGlobalMeterProvider(second.provider)
  expect(instruments.generation).toBe(before + 1)
  durations.record(5, {}, ROOT_CONTEXT)
  durations.record(5, {}, ROOT_CONTEXT)
  expect([await first.counts(), await second.counts()]).toEqual([[1], [2]])
})

test('a provider that is given wins over the global one', async () => {
  const [global, given] = [newProvider(), newProvider()]
  metrics.setGlobalMeterProvider(global.provider)
  const instruments = new Instruments('test', '1')
  const durations = instruments.secondsOf(definitions.operationDuration)
  instruments.setMeterProvider(given.provider)
  durations.record(5, {}, ROOT_CONTEXT)
  expect([await global.counts(), await given.counts()]).toEqual([[], [1]])
})
