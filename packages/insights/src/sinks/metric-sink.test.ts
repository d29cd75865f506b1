import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { UnitOfWork } from '@pgspan/lifecycle'
import { afterEach, expect, test } from 'vitest'
import { type Simulation, simulate } from '../../test/simulation.js'

afterEach(() => {
  metrics.disable()
})

function memory(): { provider: MeterProvider; points(name: string): Promise<readonly DataPoint<unknown>[]> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  return {
    provider,
    async points(name) {
      const { resourceMetrics } = await reader.collect()
      return resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints as DataPoint<unknown>[])
    },
  }
}

function duplicates({ db }: Simulation, count: number): void {
  db.unit = new UnitOfWork('http', 'GET /config')
  for (let n = 0; n < count; n++) db.query('SELECT * FROM config')
  db.unit.end()
}

test('findings are counted by kind, severity and database, each unit of work once', async () => {
  const { provider, points } = memory()
  const simulation = simulate({ meterProvider: provider })
  for (let n = 0; n < 5; n++) duplicates(simulation, 12)
  simulation.db.query('SELECT * FROM reports', [], { millis: 200, unit: undefined })
  const found = await points('pgspan.findings')
  expect(found.map(({ attributes, value }) => [attributes, value])).toEqual([
    [
      { 'pgspan.finding.kind': 'duplicate_query', 'pgspan.finding.severity': 'info', 'db.namespace': 'shop' },
      5,
    ],
    [{ 'pgspan.finding.kind': 'slow_query', 'pgspan.finding.severity': 'info', 'db.namespace': 'shop' }, 1],
  ])
})

test('repetitions are recorded with their number', async () => {
  const { provider, points } = memory()
  const simulation = simulate({ meterProvider: provider })
  for (const count of [3, 12, 70]) duplicates(simulation, count)
  const [point] = await points('pgspan.finding.repetitions')
  expect(point?.attributes).toEqual({ 'pgspan.finding.kind': 'duplicate_query' })
  expect(point?.value).toMatchObject({
    count: 3,
    sum: 85,
    min: 3,
    max: 70,
    buckets: { boundaries: [5, 10, 20, 50, 100, 200, 500, 1000] },
  })
})

test('a provider that is registered later, or another one, gets what is found from then on', async () => {
  const simulation = simulate()
  duplicates(simulation, 5)
  const first = memory()
  metrics.setGlobalMeterProvider(first.provider)
  duplicates(simulation, 5)
  duplicates(simulation, 5)
  const second = memory()
  metrics.disable()
  metrics.setGlobalMeterProvider(second.provider)
  duplicates(simulation, 5)
  expect((await first.points('pgspan.findings')).map(({ value }) => value)).toEqual([2])
  expect((await second.points('pgspan.findings')).map(({ value }) => value)).toEqual([1])
})

test('a database per customer does not make a series per customer', async () => {
  const { provider, points } = memory()
  const { db } = simulate({ meterProvider: provider })
  const { Connection } = await import('@pgspan/lifecycle')
  for (let n = 0; n < 200; n++) {
    const connection = new Connection(n, { ...db.target, namespace: `customer_${n}` })
    db.query('SELECT * FROM reports', [], { millis: 6_000, unit: undefined, connection })
  }
  const found = await points('pgspan.findings')
  expect(found.length).toBe(65)
  expect(found.find(({ attributes }) => attributes['db.namespace'] === '_OTHER')?.value).toBe(136)
})
