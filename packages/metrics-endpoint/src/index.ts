export { createMetricProducer, type MetricProducer, type OwnMetricProducer } from './metric-producer.js'
export {
  createMetricsEndpoint,
  type MetricsAnswer,
  type MetricsEndpoint,
  type ScrapeHeaders,
} from './metrics-endpoint.js'
export type { FurtherRegistry, MetricsEndpointOptions } from './metrics-endpoint-options.js'
