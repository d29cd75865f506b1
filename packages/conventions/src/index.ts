export * as attributes from './attributes.js'
export * as events from './events.js'
export type { InstrumentKind, MetricDefinition, Stability } from './metric-definition.js'
export * as metrics from './metrics.js'
