// @ts-check
import { metrics } from '@pgspan/conventions'

/** @typedef {{ name: string, unit: string, instrument: string }} Metric */

/** Units that are added to names; those in braces say what is counted, and are not. */
const units = /** @type {Readonly<Record<string, string>>} */ ({
  s: 'seconds',
  ms: 'milliseconds',
  By: 'bytes',
})

/**
 * The name that the OpenTelemetry Collector gives a metric: characters that Prometheus does not know become `_`, the unit is
 * added unless the name has it, a counter ends in `_total`, and a gauge of unit 1 in `_ratio`.
 *
 * @param {Metric} metric
 * @see https://github.com/prometheus/otlptranslator/blob/main/metric_namer.go
 */
export function collectorName({ name, unit, instrument }) {
  const words = name
    .split(/[^a-zA-Z0-9:]+/)
    .filter((word) => word !== '' && !(instrument === 'counter' && word === 'total'))
  const unitWord = units[unit] ?? (instrument === 'gauge' && unit === '1' ? 'ratio' : undefined)
  if (unitWord !== undefined && !words.includes(unitWord)) words.push(unitWord)
  if (instrument === 'counter') words.push('total')
  return words.join('_')
}

/**
 * What the Prometheus exporter of OpenTelemetry JS calls a metric: the same without its unit.
 *
 * @param {Metric} metric
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/experimental/packages/opentelemetry-exporter-prometheus/src/PrometheusSerializer.ts
 */
export function javaScriptName(metric) {
  return collectorName({ ...metric, unit: '' })
}

/**
 * Rules for Prometheus with which a scrape of the exporter of OpenTelemetry JS arrives under the names of a collector, for
 * every metric of ours.
 */
export function collectorRelabelings() {
  return metrics.metrics
    .map((metric) => ({ from: javaScriptName(metric), to: collectorName(metric) }))
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => ({
      source_labels: ['__name__'],
      regex: `${from}(_bucket|_sum|_count)?`,
      target_label: '__name__',
      replacement: `${to}\${1}`,
    }))
}
