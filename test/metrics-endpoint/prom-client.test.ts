import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import { Counter, Registry, type RegistryContentType } from 'prom-client'
import { expect, test } from 'vitest'

const openMetrics = { accept: 'application/openmetrics-text; version=1.0.0' }

test.each([
  ['OpenMetrics', Registry.OPENMETRICS_CONTENT_TYPE, 'application/openmetrics-text'],
  ['Prometheus’ own text', Registry.PROMETHEUS_CONTENT_TYPE, 'text/plain; version=0.0.4'],
] as const)('metrics of prom-client that are %s stand on the same page', async (_, contentType, expected) => {
  const registry = new Registry<RegistryContentType>()
  registry.setContentType(contentType)
  const visits = new Counter({ name: 'visits_total', help: 'Visits', registers: [registry] })
  visits.inc(3)
  const endpoint = createMetricsEndpoint({ registries: [registry], scopeLabels: false })
  endpoint.meterProvider.getMeter('shop').createCounter('orders').add(2)
  const { body, headers } = await endpoint.answer('GET', openMetrics)
  endpoint.close()
  expect(headers['content-type']).toContain(expected)
  expect(body).toMatch(/^orders_total 2$/m)
  expect(body).toMatch(/^visits_total 3$/m)
  expect(String(body).match(/# EOF/g) ?? []).toHaveLength(expected.startsWith('application') ? 1 : 0)
})
