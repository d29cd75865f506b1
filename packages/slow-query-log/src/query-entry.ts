import { type Attributes, trace } from '@opentelemetry/api'
import {
  conditionNameOf,
  errorTypeOf,
  events,
  attributes as names,
  sqlStateOf,
  targetAttributes,
} from '@pgspan/conventions'
import { type CallSite, processState, type QueryExecution, refreshUnitName } from '@pgspan/lifecycle'
import { sanitizeFailClosed } from '@pgspan/query-text'
import type { LogEntry } from './log-entry.js'

/** Why a query is logged. */
export type LogReason = 'failed' | 'slow' | 'sampled'

/** The SQLSTATE of a text that the server could not read. */
const syntaxError = '42601'
/** Longer texts are cut. */
const longestText = 8_192

/** The entry of a settled query. Costs some 10 µs; what it needs of the query is read now. */
export function queryEntry(
  query: QueryExecution,
  reason: LogReason,
  time: number,
  callSite: CallSite | undefined,
): LogEntry {
  const { span, callerContext } = query
  return {
    time,
    severity: reason === 'sampled' ? 'INFO' : 'WARN',
    eventName: events.queryEvent,
    body: bodyOf(query, reason),
    attributes: {
      [names.pgspanLogReason]: reason,
      ...targetAttributes(query.connection.target),
      ...statementAttributes(query),
      ...timeAttributes(query),
      ...outcomeAttributes(query),
      ...unitAttributes(query),
      ...callSiteAttributes(callSite),
    },
    context: span === undefined ? callerContext : trace.setSpan(callerContext, span),
  }
}

function bodyOf({ shape, error, executionMillis }: QueryExecution, reason: LogReason): string {
  const what = shape.summary || 'query'
  if (reason !== 'failed') return `${what} took ${executionMillis.toFixed(1)} ms`
  const sqlState = sqlStateOf(error)
  return `${what} failed: ${(sqlState && conditionNameOf(sqlState)) ?? errorTypeOf(error)}`
}

function statementAttributes({ shape, text, error, statementName }: QueryExecution): Attributes {
  // Where the quotes of a text are not what they seem, more of it may be data.
  const statement = sqlStateOf(error) === syntaxError ? sanitizeFailClosed(text) : shape.sanitizedText
  return {
    ...(shape.summary !== '' && { [names.dbQuerySummary]: shape.summary }),
    ...(statement !== '' && { [names.dbQueryText]: statement.slice(0, longestText) }),
    ...(statementName !== undefined && { [names.pgspanStatementName]: statementName }),
    [names.pgspanQueryFingerprint]: shape.fingerprint,
  }
}

function timeAttributes(query: QueryExecution): Attributes {
  const { checkout, startedAt, sentAt, settledAt, queueMillis, consumerMillis } = query
  const stalled = processState().loopStalls.blockedBetween(sentAt || startedAt, settledAt)
  const attributes: Attributes = { [names.pgspanExecutionTime]: seconds(query.executionMillis) }
  // Later queries under the checkout found the connection there.
  if (checkout !== undefined && checkout.firstQueryAt === startedAt) {
    attributes[names.pgspanPoolPath] = checkout.path
    attributes[names.pgspanPoolWait] = seconds(checkout.waitMillis)
  }
  if (queueMillis > 0) attributes[names.pgspanQueueWait] = seconds(queueMillis)
  if (consumerMillis > 0) attributes[names.pgspanConsumerTime] = seconds(consumerMillis)
  if (stalled > 0) attributes[names.pgspanEventLoopStall] = seconds(stalled)
  return attributes
}

function outcomeAttributes({
  error,
  rowCount,
  shape,
  isSubmittable,
  connection,
  checkout,
}: QueryExecution): Attributes {
  const sqlState = sqlStateOf(error)
  const rows =
    shape.kind === 'read' || isSubmittable ? names.dbResponseReturnedRows : names.pgspanAffectedRows
  return {
    ...(error !== undefined && { [names.errorType]: errorTypeOf(error) }),
    ...(sqlState !== undefined && { [names.dbResponseStatusCode]: sqlState }),
    ...(rowCount !== undefined && { [rows]: rowCount }),
    ...(checkout !== undefined && { [names.dbClientConnectionPoolName]: checkout.pool.name }),
    ...(connection.backendProcessId !== undefined && {
      [names.pgspanBackendPid]: connection.backendProcessId,
    }),
  }
}

function unitAttributes({ unitOfWork: unit, callerContext }: QueryExecution): Attributes {
  if (unit === undefined) return {}
  const route = refreshUnitName(unit, callerContext)
  const [method] = unit.name.split(' ', 1)
  return {
    [names.pgspanUnitName]: unit.name,
    ...(route !== undefined && { [names.httpRoute]: route }),
    ...(method !== undefined &&
      (route !== undefined || unit.kind === 'http') && { [names.httpRequestMethod]: method }),
  }
}

function callSiteAttributes(site: CallSite | undefined): Attributes {
  if (site === undefined) return {}
  return {
    [names.codeFilePath]: site.file,
    [names.codeLineNumber]: site.line,
    ...(site.functionName !== undefined && { [names.codeFunctionName]: site.functionName }),
  }
}

/** With microseconds, as exact as the clock is. */
function seconds(millis: number): number {
  return Math.round(millis * 1_000) / 1_000_000
}
