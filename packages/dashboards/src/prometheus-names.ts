import type { MetricDefinition } from '@pgspan/conventions'

/**
 * How names of metrics arrive in Prometheus.
 *
 * - `spec`: with units, as the OpenTelemetry Collector, Prometheus' own OTLP receiver and pgspan's endpoint write them:
 *   `db_client_operation_duration_seconds_bucket`
 * - `js-exporter`: without, as the Prometheus exporter of OpenTelemetry JS does: `db_client_operation_duration_bucket`
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export type Flavour = 'spec' | 'js-exporter'

export const flavours: readonly Flavour[] = ['spec', 'js-exporter']

/** @throws TypeError that names the flavours there are. */
export function checkFlavour(flavour: Flavour): void {
  if (!flavours.includes(flavour))
    throw new TypeError(`flavour must be one of ${flavours.join(', ')}, got ${String(flavour)}`)
}

const unitSuffixes: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '1': '_ratio' }

/** The series of a metric, by the parts that its instrument has. */
export type SeriesPart = 'bucket' | 'sum' | 'count'

/** @param part which series of a histogram; none for others. */
export function prometheusName(metric: MetricDefinition, flavour: Flavour, part?: SeriesPart): string {
  if ((part !== undefined) !== (metric.instrument === 'histogram'))
    throw new TypeError(
      `${metric.name} is a ${metric.instrument}: a histogram has parts, and nothing else has`,
    )
  const base = labelName(metric.name) + (flavour === 'spec' ? (unitSuffixes[metric.unit] ?? '') : '')
  if (part !== undefined) return `${base}_${part}`
  return metric.instrument === 'counter' ? `${base}_total` : base
}

/** The name of an attribute, or of a metric without its suffixes. */
export function labelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_')
}
