// What the server sends, as it defines it; types only, so that nothing of it comes into the page's script.
export type { FamilyStatistics, Finding, FindingPlan, RecentQuery, RecentUnit } from '@pgspan/insights'
export type { Overview, StatementRow, UnitPage } from '../src/page-data.js'
export type { PoolHolder, PoolSample, PoolTimelineView } from '../src/pool-timeline.js'
