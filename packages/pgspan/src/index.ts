export {
  createInsights,
  type Finding,
  type Insights,
  InsightsSpanProcessor,
  ignoreFindings,
} from '@pgspan/insights'
export {
  declareHold,
  instrumentClient,
  instrumentPg,
  instrumentPool,
  PgInstrumentation,
  type PgInstrumentationConfig,
} from '@pgspan/instrumentation-pg'
export {
  currentUnitOfWork,
  type QueryExecution,
  runInUnitOfWork,
  type UnitOfWork,
} from '@pgspan/lifecycle'
export { retryIdempotent, withTransaction } from '@pgspan/pool-care'
export {
  type QueryLog,
  type QueryLogOptions,
  toFiles,
  toLogger,
  toOpenTelemetry,
  toStream,
  toTable,
} from '@pgspan/slow-query-log'
export type { PgspanOptions } from './options.js'
export { type Pgspan, startPgspan } from './start-pgspan.js'
