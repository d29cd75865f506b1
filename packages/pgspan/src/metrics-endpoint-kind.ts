/** Who writes what Prometheus scrapes: pgspan itself, or the Prometheus exporter of OpenTelemetry's SDK. */
export type MetricsEndpointKind = 'pgspan' | 'opentelemetry'

export const metricsEndpointKinds: readonly MetricsEndpointKind[] = ['pgspan', 'opentelemetry']
