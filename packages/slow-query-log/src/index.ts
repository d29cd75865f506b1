export type { DurationBar } from './analysis/duration-histogram.js'
export {
  analyseLog,
  type FamilyFigures,
  type LogAnalysis,
  type LogFilter,
  latestQueries,
  type RouteFigures,
} from './analysis/log-analysis.js'
export type { LogBatch, LoggedQuery } from './analysis/logged-query.js'
export type { GroupFigures, NamedCount } from './analysis/query-group.js'
export { logFilesOf, readFiles } from './analysis/read-files.js'
export { type RunStatement, readTable, type TableExtract } from './analysis/read-table.js'
export type { TimelinePoint } from './analysis/timeline.js'
export type { LogEntry, LogSeverity } from './log-entry.js'
export type { LogWriter, WriterStatistics } from './log-writer.js'
export { createQueryLog, type QueryLog, type QueryLogStatistics } from './query-log.js'
export type { QueryLogOptions } from './query-log-options.js'
export { type GroupOrder, groupOrders, ordered } from './report/group-order.js'
export { htmlReport } from './report/html-report.js'
export { familiesText, familyText, queryText, routesText, summaryText } from './report/text-report.js'
export { type EnsureTableOptions, ensureTable } from './table/ensure-table.js'
export { type FileOptions, toFiles } from './writers/files.js'
export { type FieldLogger, toLogger } from './writers/logger.js'
export { toOpenTelemetry } from './writers/open-telemetry.js'
export type { RotationInterval } from './writers/rotating-file.js'
export { toStream } from './writers/stream.js'
export { type TableOptions, toTable } from './writers/table.js'
