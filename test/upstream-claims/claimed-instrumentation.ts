import { createRequire } from 'node:module'
import { PgInstrumentation as UpstreamInstrumentation } from '@opentelemetry/instrumentation-pg'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import type { Telemetry } from '../support/telemetry.js'

/** Either instrumentation, as far as the claims use it. */
export type ClaimedInstrumentation = Pick<
  PgInstrumentation,
  'disable' | 'setTracerProvider' | 'setMeterProvider' | 'setConfig'
>

/** The options that mean the same to either. */
export interface ClaimedOptions {
  readonly upstream?: object
  readonly pgspan?: object
}

/**
 * The instrumentation that the claims are held against: ours, or with `PGSPAN_CLAIMS_AGAINST=upstream` the one of
 * OpenTelemetry, of which every claim is said to fail in docs/upstream-claims.md.
 */
export function claimedInstrumentation(options: ClaimedOptions = {}): ClaimedInstrumentation {
  return isUpstream() ? new UpstreamInstrumentation(options.upstream) : new PgInstrumentation(options.pgspan)
}

const require = createRequire(import.meta.url)

/**
 * The driver as an application loads it after its instrumentation: the tests' own database support has loaded it
 * before, and a module that is in the cache is not patched by everybody.
 */
export function loadPgAnew(): typeof pg {
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]node_modules[\\/](pg|pg-pool)[\\/]/.test(path)) delete require.cache[path]
  }
  return require('pg')
}

/** Replaces the options, for all that comes. */
export function configure(instrumentation: ClaimedInstrumentation, options: ClaimedOptions): void {
  instrumentation.setConfig((isUpstream() ? options.upstream : options.pgspan) ?? {})
}

export function isUpstream(): boolean {
  const against = process.env.PGSPAN_CLAIMS_AGAINST ?? 'pgspan'
  if (against !== 'pgspan' && against !== 'upstream') {
    throw new Error(`PGSPAN_CLAIMS_AGAINST may be pgspan or upstream, not ${against}`)
  }
  return against === 'upstream'
}

/** Both instrumentations' spans of queries, without those of pools and connections. */
export function querySpans(telemetry: Telemetry): ReadableSpan[] {
  const others = new Set(['pg.connect', 'pg-pool.connect', 'pg-pool.acquire'])
  return telemetry
    .spans()
    .filter(
      ({ name, instrumentationScope }) => !others.has(name) && instrumentationScope.name !== 'application',
    )
}

/** Gives the instrumentation a meter provider of its own, with nothing counted yet; returns how to read it. */
export function useFreshMetrics(
  instrumentation: Pick<ClaimedInstrumentation, 'setMeterProvider'>,
): (name: string) => Promise<MetricData | undefined> {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  })
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }))
  return async (name) => {
    const { resourceMetrics } = await reader.collect()
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    return metrics.find(({ descriptor }) => descriptor.name === name)
  }
}

/** How many values a histogram holds, of points with these attributes. */
export function recordedCount(
  metric: MetricData | undefined,
  attributes: Record<string, unknown> = {},
): number {
  let count = 0
  for (const point of metric?.dataPoints ?? []) {
    const isMeant = Object.entries(attributes).every(([key, value]) => point.attributes[key] === value)
    // The metrics asked for are histograms.
    if (isMeant) count += (point.value as { count: number }).count
  }
  return count
}
