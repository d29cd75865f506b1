import type { MeterProvider } from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics'
import { processState } from '@pgspan/lifecycle'
import { afterEach, expect, test } from 'vitest'
import { PoolTroubleMetrics } from './pool-trouble-metrics.js'

afterEach(() => metrics.disable())

function newProvider(): { provider: MeterProvider; suspected: () => Promise<unknown> } {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  })
  return {
    provider: new SdkMeterProvider({ readers: [reader] }),
    async suspected() {
      const { resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      return all.find(({ descriptor }) => descriptor.name === 'pgspan.leaks.suspected')?.dataPoints[0]?.value
    },
  }
}

test('a leak is suspected once, also by a provider that was there before an SDK came', async () => {
  const { meterProviders } = processState()
  const [endpoint, sdk] = [newProvider(), newProvider()]
  meterProviders.add(endpoint.provider)
  const troubles = new PoolTroubleMetrics(undefined)
  troubles.leakSuspected('shop', 'inactive')
  metrics.setGlobalMeterProvider(sdk.provider)
  troubles.poolSeen('shop')
  expect([await endpoint.suspected(), await sdk.suspected()]).toEqual([1, 1])
  troubles.leakOver('shop', true)
  expect([await endpoint.suspected(), await sdk.suspected()]).toEqual([0, 0])
  meterProviders.remove(endpoint.provider)
})
