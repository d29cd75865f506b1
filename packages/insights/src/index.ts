export type { EventRecord, LoggerLike, LoggerProviderLike } from '@pgspan/lifecycle'
export type {
  Finding,
  FindingEvidence,
  FindingKind,
  FindingSeverity,
  FindingSource,
  FindingTier,
} from './finding.js'
export { createInsights, type Insights } from './insights.js'
export type { InsightsOptions } from './insights-options.js'
export { createConsoleSink } from './sinks/console-sink.js'
export { InsightsSpanProcessor } from './span-processor.js'
export type {
  FamilyStatistics,
  InsightsStatistics,
  PoolWaitStatistics,
  RouteStatistics,
} from './statistics.js'
