import { type BatchObservableCallback, createNoopMeter, type MeterProvider } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { FurtherMeterProviders } from './further-meter-providers.js'

const nobody: MeterProvider = { getMeter: () => createNoopMeter() }

function newProvider(): { provider: MeterProvider; values: () => Promise<Record<string, unknown>> } {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  })
  return {
    provider: new SdkMeterProvider({ readers: [reader] }),
    async values() {
      const { resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => {
          const value = dataPoints[0]?.value
          return [descriptor.name, typeof value === 'object' && 'sum' in value ? value.sum : value]
        }),
      )
    },
  }
}

test('as long as none is added, a provider stands for itself', () => {
  const further = new FurtherMeterProviders()
  const { provider } = newProvider()
  expect(further.joinedTo(provider)).toBe(provider)
  expect(further.joinedTo(nobody)).toBe(nobody)
})

test('where nobody is registered, the one that was added is alone', () => {
  const further = new FurtherMeterProviders()
  const { provider } = newProvider()
  further.add(provider)
  expect(further.joinedTo(nobody)).toBe(provider)
  expect(further.joinedTo(provider)).toBe(provider)
  further.remove(provider)
  expect(further.joinedTo(nobody)).toBe(nobody)
})

test('one that was added twice stays until it was taken away twice', () => {
  const further = new FurtherMeterProviders()
  const { provider } = newProvider()
  further.add(provider)
  further.add(provider)
  further.remove(provider)
  expect(further.all).toEqual([provider])
  further.remove(provider)
  expect(further.all).toEqual([])
})

test('the joined provider is the same object each time, and holds each member once', () => {
  const further = new FurtherMeterProviders()
  const [first, second] = [newProvider().provider, newProvider().provider]
  further.add(second)
  const joined = further.joinedTo(first)
  expect(further.joinedTo(nobody)).toBe(second)
  expect(further.joinedTo(first)).toBe(joined)
  expect(further.joinedTo(joined)).toBe(joined)
})

test('each instrument gives its measurements to all members', async () => {
  const further = new FurtherMeterProviders()
  const [first, second] = [newProvider(), newProvider()]
  further.add(second.provider)
  const meter = further.joinedTo(first.provider).getMeter('test')
  meter.createCounter('counter').add(1)
  meter.createUpDownCounter('up_down').add(-2)
  meter.createHistogram('histogram').record(3)
  meter.createGauge('gauge').record(4)
  meter.createObservableCounter('observed_counter').addCallback((result) => result.observe(5))
  meter.createObservableUpDownCounter('observed_up_down').addCallback((result) => result.observe(6))
  const gauge = meter.createObservableGauge('observed_gauge')
  const other = newProvider().provider.getMeter('test').createObservableGauge('another')
  let calls = 0
  const callback: BatchObservableCallback = (result) => {
    calls++
    result.observe(gauge, 7)
    result.observe(other, 8)
  }
  meter.addBatchObservableCallback(callback, [gauge])
  const expected = {
    counter: 1,
    up_down: -2,
    histogram: 3,
    gauge: 4,
    observed_counter: 5,
    observed_up_down: 6,
    observed_gauge: 7,
  }
  expect(await first.values()).toEqual(expected)
  expect(await second.values()).toEqual(expected)
  meter.removeBatchObservableCallback(callback, [gauge])
  await Promise.all([first.values(), second.values()])
  expect(calls).toBe(2)
})

test('as long as somebody excludes the others, only those that were added receive anything', () => {
  const further = new FurtherMeterProviders()
  const [sdk, added] = [newProvider().provider, newProvider().provider]
  const include = further.excludeOthers()
  expect(further.joinedTo(sdk)).toBe(sdk)
  const includeAgain = further.excludeOthers()
  further.add(added)
  expect(further.joinedTo(sdk)).toBe(added)
  expect(further.joinedTo(nobody)).toBe(added)
  include()
  include()
  expect(further.joinedTo(sdk)).toBe(added)
  includeAgain()
  expect(further.joinedTo(sdk)).not.toBe(added)
  further.remove(added)
  expect(further.joinedTo(sdk)).toBe(sdk)
})
