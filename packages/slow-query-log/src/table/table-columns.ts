import { isSpanContextValid, trace } from '@opentelemetry/api'
import { attributes as names } from '@pgspan/conventions'
import type { LogEntry } from '../log-entry.js'

/** The columns of the table, in order, with their types. */
export const columns = {
  time: 'timestamptz NOT NULL',
  reason: 'text NOT NULL',
  execution_ms: 'double precision',
  pool_wait_ms: 'double precision',
  queue_ms: 'double precision',
  consumer_ms: 'double precision',
  stall_ms: 'double precision',
  row_count: 'bigint',
  sqlstate: 'text',
  error_type: 'text',
  fingerprint: 'text',
  summary: 'text',
  statement: 'text',
  unit: 'text',
  trace_id: 'text',
  span_id: 'text',
  pool: 'text',
  database: 'text',
  server: 'text',
  file: 'text',
  line: 'integer',
  function: 'text',
  lost: 'bigint',
} as const

export type TableRow = { readonly [Column in keyof typeof columns]?: string | number }

/** The row of an entry, ready to become JSON. */
export function rowOf({ time, attributes: of, context }: LogEntry): TableRow {
  const span = trace.getSpanContext(context)
  const isTraced = span !== undefined && isSpanContextValid(span)
  return {
    time: new Date(time).toISOString(),
    reason: text(of[names.pgspanLogReason]) ?? 'lost',
    ...some('execution_ms', millis(of[names.pgspanExecutionTime])),
    ...some('pool_wait_ms', millis(of[names.pgspanPoolWait])),
    ...some('queue_ms', millis(of[names.pgspanQueueWait])),
    ...some('consumer_ms', millis(of[names.pgspanConsumerTime])),
    ...some('stall_ms', millis(of[names.pgspanEventLoopStall])),
    ...some('row_count', number(of[names.dbResponseReturnedRows] ?? of[names.pgspanAffectedRows])),
    ...some('sqlstate', text(of[names.dbResponseStatusCode])),
    ...some('error_type', text(of[names.errorType])),
    ...some('fingerprint', text(of[names.pgspanQueryFingerprint])),
    ...some('summary', text(of[names.dbQuerySummary])),
    ...some('statement', text(of[names.dbQueryText])),
    ...some('unit', text(of[names.pgspanUnitName])),
    ...(isTraced && { trace_id: span.traceId, span_id: span.spanId }),
    ...some('pool', text(of[names.dbClientConnectionPoolName])),
    ...some('database', text(of[names.dbNamespace])),
    ...some('server', text(of[names.serverAddress])),
    ...some('file', text(of[names.codeFilePath])),
    ...some('line', number(of[names.codeLineNumber])),
    ...some('function', text(of[names.codeFunctionName])),
    ...some('lost', number(of[names.pgspanLogLost])),
  }
}

function some(column: keyof typeof columns, value: string | number | undefined): TableRow {
  return value === undefined ? {} : { [column]: value }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function millis(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.round(value * 1_000_000) / 1_000 : undefined
}

/** Without what a server refuses in text: NUL, and halves of surrogate pairs. */
function text(value: unknown): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  return typeof value === 'string' ? value.replace(/[\u0000\p{Surrogate}]/gu, '\ufffd') : undefined
}
