import { diag } from '@opentelemetry/api'
import type { PrometheusAddress } from './exporters.js'
import type { PrometheusReader } from './sdk-packages.js'

/** Starts the endpoint; the address that Prometheus can scrape, or undefined if it could not start. */
export async function startPrometheusEndpoint(
  reader: PrometheusReader,
  { host, port }: PrometheusAddress,
): Promise<string | undefined> {
  try {
    await reader.startServer()
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    diag.error(
      isTaken
        ? `pgspan: port ${port} on ${host} is in use, so there is no metrics endpoint. Set OTEL_EXPORTER_PROMETHEUS_PORT, or prometheusPort, to a free one.`
        : `pgspan: the metrics endpoint on ${host}:${port} did not start`,
      isTaken ? '' : error,
    )
    return undefined
  }
}
