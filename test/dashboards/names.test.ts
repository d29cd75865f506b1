import { metrics } from '@pgspan/conventions'
import { prometheusName } from '@pgspan/dashboards'
import { expect, test } from 'vitest'
import { collectorName, javaScriptName } from '../../scripts/observed-shops/collector-names.mjs'

// What the translator's own tests expect of it.
// https://github.com/prometheus/otlptranslator/blob/main/metric_namer_test.go
test.each([
  ['requests', '', 'counter', 'requests_total'],
  ['requests_total', '', 'counter', 'requests_total'],
  ['items', '1', 'counter', 'items_total'],
  ['cpu_usage', '1', 'gauge', 'cpu_usage_ratio'],
  ['response_time', 'ms', 'gauge', 'response_time_milliseconds'],
  ['memory_usage', 'By', 'gauge', 'memory_usage_bytes'],
  ['custom_metric', '{custom}', 'gauge', 'custom_metric'],
  ['response_time_seconds', 's', 'gauge', 'response_time_seconds'],
  ['cpu_seconds_total', 's', 'counter', 'cpu_seconds_total'],
  ['request_duration', 's', 'histogram', 'request_duration_seconds'],
  ['active_connections', '', 'upDownCounter', 'active_connections'],
])('a collector calls %s in %s, a %s, %s', (name, unit, instrument, expected) => {
  expect(collectorName({ name, unit, instrument })).toBe(expected)
})

test.each(metrics.metrics.map((metric) => [metric.name, metric] as const))(
  '%s has the names that a collector and the exporter of OpenTelemetry JS give it',
  (_, metric) => {
    const part = metric.instrument === 'histogram' ? 'count' : undefined
    const suffix = part === undefined ? '' : `_${part}`
    expect(prometheusName(metric, 'spec', part)).toBe(collectorName(metric) + suffix)
    expect(prometheusName(metric, 'js-exporter', part)).toBe(javaScriptName(metric) + suffix)
  },
)
