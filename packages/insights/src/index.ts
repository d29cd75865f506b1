export type { EventRecord, LoggerLike, LoggerProviderLike } from '@pgspan/lifecycle'
export { explainStatement, NoPlanError } from './explain/explain-statement.js'
export type { ExplainMode } from './explain/plan-capture.js'
export type { RecordedQuery } from './feeds/recorded-query.js'
export { InsightsSpanProcessor } from './feeds/span-processor.js'
export {
  type Finding,
  type FindingEvidence,
  type FindingKind,
  type FindingPlan,
  type FindingSeverity,
  type FindingSource,
  type FindingTier,
  findingKinds,
} from './findings/finding.js'
export type { RecentQuery, RecentUnit, RecentUnitDetails } from './history/recent-unit.js'
export { createInsights, type Insights } from './insights.js'
export type { InsightsOptions } from './insights-options.js'
export type { LeakKind } from './pools/leak-kind.js'
export type { CheckoutState, LiveCheckout } from './pools/live-checkouts.js'
export { createConsoleSink } from './sinks/console-sink.js'
export type {
  FamilyStatistics,
  InsightsStatistics,
  LimitStatistics,
  PoolWaitStatistics,
  RouteStatistics,
  StatementRanking,
} from './statistics/statistics.js'
export { type IgnoredFindings, ignoreFindings } from './suppression/ignore-findings.js'
export type { Suppression, SuppressionStatus } from './suppression/suppression.js'
export type { ThresholdOption } from './thresholds.js'
export type { KindOfWork } from './units/kind-of-work.js'
