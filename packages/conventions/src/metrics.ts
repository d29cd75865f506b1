import * as findings from './finding-metrics.js'
import type { MetricDefinition } from './metric-definition.js'
import * as pgbouncer from './pgbouncer-metrics.js'
import * as poolCare from './pool-care-metrics.js'
import * as pools from './pool-metrics.js'
import * as server from './server-metrics.js'
import * as specified from './specified-metrics.js'

export * from './finding-metrics.js'
export * from './pgbouncer-metrics.js'
export * from './pool-care-metrics.js'
export * from './pool-metrics.js'
export * from './server-metrics.js'
export * from './specified-metrics.js'

/** All that pgspan emits. */
export const metrics: readonly MetricDefinition[] = [
  ...Object.values(specified),
  ...Object.values(findings),
  ...Object.values(pools),
  ...Object.values(poolCare),
  ...Object.values(server),
  ...Object.values(pgbouncer),
]
