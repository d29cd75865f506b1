// @ts-check
// A service that was deployed without pgspan, and still has metrics: `node metrics-without-pgspan.mjs PORT`.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

const port = Number(process.argv[2])
const reader = new PrometheusExporter({ port, host: '127.0.0.1' }, () =>
  console.log(`The shop listens on ${port}`),
)
new MeterProvider({ readers: [reader] }).getMeter('shop').createCounter('shop.visits').add(1)
// The exporter's server keeps no process running.
setInterval(() => {}, 1_000_000)
