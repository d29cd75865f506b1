import { metrics } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { processState } from '@pgspan/lifecycle'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import { asksForPrometheus } from './exporters.js'
import type { MetricsEndpointKind } from './metrics-endpoint-kind.js'
import type { PgspanOptions } from './options.js'
import { startPrometheusEndpoint } from './prometheus-endpoint.js'
import { prometheusAddress, type RunningSdk } from './sdk.js'

/** The metrics of this process on a port. */
export interface RunningMetrics {
  /** Settles with the address once it listens; undefined if it could not. */
  readonly url: Promise<string | undefined>
  close(): void
}

/**
 * Serves metrics, unless the options or `OTEL_METRICS_EXPORTER` name no place for them; without an SDK those of pgspan
 * alone.
 *
 * @param instrumentations to which the SDK has given its meter provider.
 */
export function startMetrics(
  options: PgspanOptions,
  kind: MetricsEndpointKind,
  sdk: RunningSdk | undefined,
  instrumentations: readonly Instrumentation[],
): RunningMetrics | undefined {
  const address = prometheusAddress(options)
  if (address === false) return undefined
  const reader = sdk?.prometheus
  if (reader !== undefined)
    return startPrometheusEndpoint(
      (request, response) => reader.getMetricsRequestHandler(request, response),
      address,
    )
  if (kind !== 'pgspan' || !asksForPrometheus()) return undefined
  const resource = sdk?.resource
  const endpoint = createMetricsEndpoint({
    ...(resource && { resource: () => resource.attributes }),
    ...(options.serviceName !== undefined && { serviceName: options.serviceName }),
  })
  if (sdk !== undefined) receiveAll(instrumentations)
  const server = startPrometheusEndpoint(endpoint.handler, address)
  return {
    url: server.url,
    close() {
      server.close()
      endpoint.close()
    },
  }
}

/**
 * Puts the endpoint beside the SDK's provider as the global one, so that it shows the application's own metrics and those
 * of other instrumentations as well. Not without an SDK: one that the application starts later has to find the place free.
 */
function receiveAll(instrumentations: readonly Instrumentation[]): void {
  const joined = processState().meterProviders.joinedForOthers(metrics.getMeterProvider())
  metrics.disable()
  metrics.setGlobalMeterProvider(joined)
  for (const instrumentation of instrumentations) instrumentation.setMeterProvider(joined)
}
