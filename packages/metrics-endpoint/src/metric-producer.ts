import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api'
import { processState } from '@pgspan/lifecycle'
import { processProvider } from './process-provider.js'
import type { EndpointMeterProvider } from './provider/endpoint-meter-provider.js'
import type { MetricStream, Scope } from './provider/metric-stream.js'
import type { ObservedSeries } from './provider/observation.js'

// The data model of `@opentelemetry/sdk-metrics`, the same in the 2.x and the 3.x line, as far as it is filled here. The
// package is no dependency, so its types are not imported; a type test holds these against them.

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#metricproducer */
export interface MetricProducer {
  collect(): Promise<ProducedMetrics>
}

export interface ProducedMetrics {
  readonly resourceMetrics: {
    /** Readers put the SDK's in its place. */
    readonly resource: never
    readonly scopeMetrics: ProducedScope[]
  }
  readonly errors: unknown[]
}

export interface ProducedScope {
  readonly scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string }
  readonly metrics: ProducedMetric[]
}

export type ProducedMetric = {
  readonly descriptor: {
    readonly name: string
    readonly description: string
    readonly unit: string
    readonly valueType: ValueType
  }
  readonly aggregationTemporality: typeof cumulative
} & (
  | { readonly dataPointType: typeof pointTypes.histogram; readonly dataPoints: Point<ProducedHistogram>[] }
  | { readonly dataPointType: typeof pointTypes.gauge; readonly dataPoints: Point<number>[] }
  | {
      readonly dataPointType: typeof pointTypes.sum
      readonly dataPoints: Point<number>[]
      readonly isMonotonic: boolean
    }
)

interface Point<Value> {
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly attributes: Attributes
  readonly value: Value
}

interface ProducedHistogram {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] }
  readonly sum: number
  readonly count: number
}

/** `DataPointType` of the SDK. */
const pointTypes = { histogram: 0, gauge: 2, sum: 3 } as const
/** `AggregationTemporality.CUMULATIVE` of the SDK. */
const cumulative = 1

/** What {@link createMetricProducer} returns. */
export interface OwnMetricProducer extends MetricProducer {
  /** Gives pgspan's metrics back to the SDK's own aggregation. */
  close(): void
}

/**
 * Gives pgspan's own metrics to readers of OpenTelemetry's SDK, aggregated by pgspan: a record then costs some 40 ns,
 * where the SDK's histograms take half to two microseconds, which is most of what a query costs.
 *
 * Give it to every reader, once per process: `new PeriodicExportingMetricReader({ exporter, metricProducers: [producer] })`.
 * From now on the SDK's own instruments receive nothing of pgspan. Sums and histograms are cumulative whatever the
 * exporter prefers, and views do nothing to them.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#metricproducer
 */
export function createMetricProducer(): OwnMetricProducer {
  const { meterProviders } = processState()
  const provider = processProvider()
  meterProviders.add(provider)
  const includeOthers = meterProviders.excludeOthers()
  let isOpen = true
  return {
    collect: () => produce(provider),
    close() {
      if (!isOpen) return
      isOpen = false
      includeOthers()
      meterProviders.remove(provider)
    },
  }
}

/** What an application records reaches its SDK by itself. */
function isOwn({ name }: Scope): boolean {
  return name.startsWith('@pgspan/')
}

async function produce(provider: EndpointMeterProvider): Promise<ProducedMetrics> {
  const scopes = new Map<Scope, ProducedMetric[]>()
  const endTime = hrTime(Date.now())
  for (const series of await provider.read(isOwn)) {
    const produced = metricOf(series, endTime)
    if (produced.dataPoints.length === 0) continue
    const { scope } = series.stream
    const metrics = scopes.get(scope)
    if (metrics === undefined) scopes.set(scope, [produced])
    else metrics.push(produced)
  }
  const scopeMetrics = [...scopes].map(([{ name, version, schemaUrl }, metrics]) => ({
    scope: { name, ...(version !== undefined && { version }), ...(schemaUrl !== undefined && { schemaUrl }) },
    metrics,
  }))
  // There is no resource to give: readers ignore it.
  return { resourceMetrics: { resource: undefined as never, scopeMetrics }, errors: [] }
}

function metricOf({ stream, numbers }: ObservedSeries, endTime: HrTime): ProducedMetric {
  const startTime = hrTime(stream.startedAt)
  const common = { descriptor: descriptorOf(stream), aggregationTemporality: cumulative } as const
  if (stream.kind === 'histogram') {
    const dataPoints = [...stream.histograms.all()].map(({ attributes, boundaries, counts, sum }) => {
      const count = counts.reduce((all, one) => all + one, 0)
      const buckets = { boundaries: [...boundaries], counts: [...counts] }
      return { startTime, endTime, attributes, value: { buckets, sum, count } }
    })
    return { ...common, dataPointType: pointTypes.histogram, dataPoints }
  }
  const dataPoints = [...numbers.all()].map(({ attributes, value }) => ({
    startTime,
    endTime,
    attributes,
    value,
  }))
  if (stream.kind === 'gauge') return { ...common, dataPointType: pointTypes.gauge, dataPoints }
  return { ...common, dataPointType: pointTypes.sum, dataPoints, isMonotonic: stream.kind === 'counter' }
}

function descriptorOf({ name, description, unit, isInteger }: MetricStream): ProducedMetric['descriptor'] {
  return { name, description, unit, valueType: isInteger ? ValueType.INT : ValueType.DOUBLE }
}

function hrTime(millis: number): HrTime {
  return [Math.floor(millis / 1_000), (millis % 1_000) * 1_000_000]
}
