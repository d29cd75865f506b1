// @ts-check
// A service that was deployed without pgspan, and still has metrics: `node metrics-without-pgspan.mjs PORT …`.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

const ports = process.argv.slice(2).map(Number)
const readers = ports.map(
  (port) => new PrometheusExporter({ port, host: '127.0.0.1', preventServerStart: true }),
)
new MeterProvider({ readers }).getMeter('shop').createCounter('shop.visits').add(1)
await Promise.all(readers.map((reader) => reader.startServer()))
console.log(`The shop listens on ${ports}`)
// The exporter's server keeps no process running.
setInterval(() => {}, 1_000_000)
