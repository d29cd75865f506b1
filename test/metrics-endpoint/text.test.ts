import { createRequire } from 'node:module'
import type { Attributes, Meter } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { metrics } from '@pgspan/conventions'
import { prometheusName } from '@pgspan/dashboards'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metricName } from '../../packages/metrics-endpoint/src/text/metric-name.js'

/** What the independent reader of the text format gives. */
interface ReadFamily {
  readonly name: string
  readonly metrics: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: string }[]
}
// It has no types.
const read: (text: string) => ReadFamily[] = createRequire(import.meta.url)('parse-prometheus-text-format')

test.each(metrics.metrics.map((metric) => [metric.name, metric] as const))(
  'the dashboards of the flavour spec find %s',
  (_, metric) => {
    const { sample } = metricName(metric.name, metric.unit, metric.instrument)
    const part = metric.instrument === 'histogram' ? 'count' : undefined
    expect(part ? `${sample}_${part}` : sample).toBe(prometheusName(metric, 'spec', part))
  },
)

const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', '=', ' ', 'é', '#', '1'),
})
const attributes = fc.dictionary(
  fc.constantFrom('a', 'b.c', 'd_e', 'f'),
  fc.oneof(text, fc.nat(3), fc.boolean()),
  {
    maxKeys: 3,
  },
)
const measurement = fc.record({
  kind: fc.constantFrom('counter', 'upDownCounter', 'histogram', 'gauge'),
  value: fc.oneof(fc.integer({ min: -5, max: 20 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
  attributes: fc.oneof(
    attributes,
    attributes.map((own) => Object.freeze(own)),
  ),
})

function record(
  meter: Meter,
  { kind, value, attributes }: { kind: string; value: number; attributes: Attributes },
) {
  const advice = { explicitBucketBoundaries: [0, 0.5, 10] }
  if (kind === 'counter') meter.createCounter('sent', { unit: 's' }).add(value, attributes)
  if (kind === 'upDownCounter') meter.createUpDownCounter('open').add(value, attributes)
  if (kind === 'gauge') meter.createGauge('level').record(value, attributes)
  if (kind === 'histogram') meter.createHistogram('size', { advice }).record(value, attributes)
}

test('whatever is recorded, another’s reader of the text finds the figures that OpenTelemetry’s SDK has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(measurement, { maxLength: 40 }), async (measurements) => {
      const endpoint = createMetricsEndpoint({ resource: {}, scopeLabels: false })
      const reader = new PeriodicExportingMetricReader({
        exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
        exportIntervalMillis: 3_600_000,
      })
      const sdk = new MeterProvider({ readers: [reader] })
      for (const each of measurements)
        for (const provider of [endpoint.meterProvider, sdk]) record(provider.getMeter('test'), each)
      const { body } = await endpoint.answer('GET', {})
      endpoint.close()
      expect(samplesIn(String(body))).toEqual(await figuresOf(reader))
      await sdk.shutdown()
    }),
    { numRuns: 300 },
  )
})

/** The values of all samples, by name and labels. */
type Figures = Record<string, number>

/** Of the text without types: where this reader knows that it has a histogram, it loses the labels. */
function samplesIn(text: string): Figures {
  const samples = read(text.replace(/^# TYPE .*\n/gm, '')).flatMap(({ name, metrics }) =>
    metrics.map(({ labels = {}, value }) => [keyOf(name, labels), Number(value)]),
  )
  return Object.fromEntries(samples)
}

async function figuresOf(reader: PeriodicExportingMetricReader): Promise<Figures> {
  const names: Readonly<Record<string, string>> = { sent: 'sent_seconds_total' }
  const figures: Figures = {}
  const { resourceMetrics } = await reader.collect()
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const name = names[descriptor.name] ?? descriptor.name
    for (const { attributes, value } of dataPoints) {
      const labels = Object.fromEntries(
        Object.entries(attributes).map(([key, own]) => [key.replace('.', '_'), String(own)]),
      )
      if (typeof value === 'number') figures[keyOf(name, labels)] = value
      else addHistogram(figures, name, labels, value as SdkHistogram)
    }
  }
  return figures
}

interface SdkHistogram {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] }
  readonly count: number
  readonly sum: number
}

function addHistogram(
  figures: Figures,
  name: string,
  labels: Readonly<Record<string, string>>,
  { buckets, count, sum }: SdkHistogram,
): void {
  let below = 0
  for (const [bucket, own] of buckets.counts.entries()) {
    below += own
    figures[keyOf(`${name}_bucket`, { ...labels, le: String(buckets.boundaries[bucket] ?? '+Inf') })] = below
  }
  figures[keyOf(`${name}_count`, labels)] = count
  figures[keyOf(`${name}_sum`, labels)] = sum
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return name + JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
