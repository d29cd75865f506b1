// @ts-check
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
