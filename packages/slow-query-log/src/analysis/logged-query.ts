import { attributes as names } from '@pgspan/conventions'

/** One query as it is read back from a log. Durations are milliseconds. */
export interface LoggedQuery {
  /** Milliseconds since 1970: when it was over. */
  readonly time: number
  readonly reason: string
  /** Of the execution. */
  readonly millis: number
  readonly poolWaitMillis: number
  readonly queueMillis: number
  /** Returned or affected; 0 if it is not known. */
  readonly rows: number
  /** The SQLSTATE or another type of error; undefined for success. */
  readonly error: string | undefined
  readonly fingerprint: string
  readonly summary: string
  readonly statement: string
  /** The request, job or trace. */
  readonly unit: string | undefined
  readonly traceId: string | undefined
  /** `src/orders.ts:12 (recentOrders)`. */
  readonly callSite: string | undefined
  readonly database: string | undefined
}

/** Some queries of a log, and what else was found between them. */
export interface LogBatch {
  readonly queries: readonly LoggedQuery[]
  /** Entries that the log says it has lost. */
  readonly lost: number
  /** Lines that are no entries: cut off, or somebody else's. */
  readonly unreadable: number
}

type Fields = Readonly<Record<string, unknown>>

/** A line of a file; undefined if it is about something else. */
export function queryOfLine(fields: Fields): LoggedQuery | undefined {
  const time = Date.parse(String(fields.time))
  const seconds = fields[names.pgspanExecutionTime]
  if (!Number.isFinite(time) || typeof seconds !== 'number') return undefined
  return {
    time,
    reason: text(fields[names.pgspanLogReason]) ?? '',
    millis: millis(seconds),
    poolWaitMillis: millis(fields[names.pgspanPoolWait]),
    queueMillis: millis(fields[names.pgspanQueueWait]),
    rows: number(fields[names.dbResponseReturnedRows] ?? fields[names.pgspanAffectedRows]),
    error: text(fields[names.errorType]),
    fingerprint: text(fields[names.pgspanQueryFingerprint]) ?? '',
    summary: text(fields[names.dbQuerySummary]) ?? '',
    statement: text(fields[names.dbQueryText]) ?? '',
    unit: text(fields[names.pgspanUnitName]),
    traceId: text(fields.trace_id),
    callSite: callSiteOf(
      fields[names.codeFilePath],
      fields[names.codeLineNumber],
      fields[names.codeFunctionName],
    ),
    database: text(fields[names.dbNamespace]),
  }
}

/** A row of the table. */
export function queryOfRow(row: Fields): LoggedQuery {
  return {
    time: number(row.epoch_ms),
    reason: text(row.reason) ?? '',
    millis: number(row.execution_ms),
    poolWaitMillis: number(row.pool_wait_ms),
    queueMillis: number(row.queue_ms),
    rows: number(row.row_count),
    error: text(row.error_type),
    fingerprint: text(row.fingerprint) ?? '',
    summary: text(row.summary) ?? '',
    statement: text(row.statement) ?? '',
    unit: text(row.unit),
    traceId: text(row.trace_id),
    callSite: callSiteOf(row.file, row.line, row.function),
    database: text(row.database),
  }
}

function callSiteOf(file: unknown, line: unknown, functionName: unknown): string | undefined {
  if (typeof file !== 'string') return undefined
  return `${file}:${number(line)}${typeof functionName === 'string' ? ` (${functionName})` : ''}`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The driver gives 64-bit numbers as text. */
function number(value: unknown): number {
  const result = Number(value)
  return Number.isFinite(result) ? result : 0
}

/** Of seconds, without what binary fractions add. */
function millis(seconds: unknown): number {
  return Math.round(number(seconds) * 1_000_000) / 1_000
}
