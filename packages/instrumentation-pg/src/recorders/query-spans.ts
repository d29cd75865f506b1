import { type Attributes, type Span, SpanKind, type SpanOptions, type Tracer } from '@opentelemetry/api'
import { attributes as names, sqlStateOf, targetAttributes } from '@pgspan/conventions'
import {
  beginsTransaction,
  type DatabaseTarget,
  type Observer,
  type QueryExecution,
  type QueryShape,
} from '@pgspan/lifecycle'
import { QueryShapeCache, sanitizeFailClosed } from '@pgspan/query-text'
import type { PgInstrumentationConfig } from '../options.js'
import { isWorthSpan, type SpanRule } from './acquire-and-connect-spans.js'
import { ByTarget } from './by-target.js'
import { errorAttributes, errorStatus } from './error-attributes.js'
import type { TracedQueries } from './traced-queries.js'

/** Milliseconds of execution; the usual threshold of transactional workloads. */
const defaultSlowMillis = 100
/** The SQLSTATE of a text that the server could not read. */
const syntaxError = '42601'

interface SpanStart {
  readonly name: string
  readonly options: SpanOptions
}

/**
 * A CLIENT span for every query, in the caller's trace, named by `db.query.summary`.
 *
 * What samplers may decide by is there at the start; where the time went is added at the end.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */
export class QuerySpans implements Observer {
  readonly name = 'query-spans'
  readonly makesQuerySpans = true
  readonly #tracer: () => Tracer
  readonly #traced: TracedQueries
  readonly #begins: SpanRule
  readonly #slowMillis: number
  /** Texts as they are recorded if those with parameters stay as they are. */
  readonly #texts: QueryShapeCache | undefined
  readonly #starts: ByTarget<QueryShape, SpanStart> = new ByTarget(1_000, spanStart)

  /** Spans of queries for which another recorder, with another tracer, has made one before. */
  readonly #further: WeakMap<QueryExecution, Span> = new WeakMap()

  constructor(tracer: () => Tracer, traced: TracedQueries, options: PgInstrumentationConfig) {
    this.#tracer = tracer
    this.#traced = traced
    this.#begins = options.beginSpans ?? 'slow'
    this.#slowMillis = options.slowQueryMillis ?? defaultSlowMillis
    if (options.keepParameterizedText) this.#texts = new QueryShapeCache({ keepParameterizedText: true })
  }

  queryStarted(query: QueryExecution): void {
    if (this.#isQuiet(query) || !this.#traced.includes(query)) {
      leaveWaitToNext(query)
      return
    }
    const start = this.#startOf(query)
    const span = this.#tracer().startSpan(start.name, start.options, query.callerContext)
    if (query.span !== undefined) {
      this.#further.set(query, span)
      return
    }
    query.span = span
    query.spanOwner = this
  }

  /** What a span begins with, made once per text and target. */
  #startOf({ connection, shape, text }: QueryExecution): SpanStart {
    const recorded = this.#texts === undefined || text === '' ? shape : this.#texts.shapeOf(text)
    return this.#starts.get(connection.target, recorded)
  }

  /** The span that this recorder has made of the query. */
  spanOf(query: QueryExecution): Span | undefined {
    return query.spanOwner === this ? query.span : this.#further.get(query)
  }

  querySettled(query: QueryExecution): void {
    const span = this.spanOf(query)
    if (span === undefined) {
      if (this.#isQuiet(query)) this.#makeLate(query)
      return
    }
    if (span.isRecording() && this.#deservesCallSite(query)) endWithCallSite(span, query)
    else endDescribed(span, query, undefined)
  }

  /** It failed, it was slow, or it is part of a finding. */
  #deservesCallSite(query: QueryExecution): boolean {
    return query.error !== undefined || query.isCallSiteWanted || query.executionMillis >= this.#slowMillis
  }

  #isQuiet({ shape }: QueryExecution): boolean {
    return shape.kind === 'transaction' && this.#begins !== 'always' && beginsTransaction(shape)
  }

  /** A quiet statement has a span after all if it failed or was slow. */
  #makeLate(query: QueryExecution): void {
    if (!isWorthSpan(this.#begins, query.settledAt - query.startedAt, query.error)) return
    if (!this.#traced.includes(query)) return
    const { name, options } = this.#startOf(query)
    // The SDK takes numbers of this size for readings of the monotonic clock.
    const span = this.#tracer().startSpan(
      name,
      { ...options, startTime: query.startedAt },
      query.callerContext,
    )
    endDescribed(span, query, query.settledAt)
  }
}

/** The line is known a moment later, before the caller goes on; the span ends when the query was settled. */
function endWithCallSite(span: Span, query: QueryExecution): void {
  query.requestCallSite((site) => {
    if (site !== undefined) {
      span.setAttribute(names.codeFilePath, site.file)
      span.setAttribute(names.codeLineNumber, site.line)
      if (site.functionName !== undefined) span.setAttribute(names.codeFunctionName, site.functionName)
    }
    endDescribed(span, query, query.settledAt)
  })
}

/** Ends the span, at the time that is given or now. */
function endDescribed(span: Span, query: QueryExecution, end: number | undefined): void {
  try {
    if (span.isRecording()) describe(span, query)
  } finally {
    // An application's own error may be anything, also one that cannot be read.
    span.end(end)
  }
}

/** The wait of a checkout stands on the first span that is made under it. */
function leaveWaitToNext({ checkout, startedAt }: QueryExecution): void {
  if (checkout?.firstQueryAt === startedAt) checkout.firstQueryAt = 0
}

function spanStart(target: DatabaseTarget, shape: QueryShape): SpanStart {
  const attributes: Attributes = targetAttributes(target)
  if (shape.summary !== '') attributes[names.dbQuerySummary] = shape.summary
  if (shape.sanitizedText !== '') attributes[names.dbQueryText] = shape.sanitizedText
  const name = shape.summary || target.namespace || target.address || names.postgresql
  return { name, options: { kind: SpanKind.CLIENT, attributes } }
}

function describe(span: Span, query: QueryExecution): void {
  describeTimes(span, query)
  const { connection, error } = query
  if (connection.backendProcessId !== undefined)
    span.setAttribute(names.pgspanBackendPid, connection.backendProcessId)
  if (connection.serverRole !== undefined) span.setAttribute(names.pgspanServerRole, connection.serverRole)
  if (query.statementName !== undefined) span.setAttribute(names.pgspanStatementName, query.statementName)
  if (query.isSubmittable) describeSubmittable(span, query)
  if (error !== undefined) describeFailure(span, query)
}

function describeFailure(span: Span, query: QueryExecution): void {
  span.setAttributes(errorAttributes(query.error))
  span.setStatus(errorStatus(query.error))
  if (sqlStateOf(query.error) !== syntaxError) return
  // Where the quotes of a text are not what they seem, more of it may be data.
  if (query.text !== '') span.setAttribute(names.dbQueryText, sanitizeFailClosed(query.text))
}

function describeTimes(span: Span, query: QueryExecution): void {
  const { checkout, queueMillis } = query
  if (checkout !== undefined && checkout.firstQueryAt === query.startedAt && checkout.path !== 'idle') {
    span.setAttribute(names.pgspanPoolPath, checkout.path)
    span.setAttribute(names.pgspanPoolWait, checkout.waitMillis / 1000)
  }
  if (queueMillis === 0) return
  span.setAttribute(names.pgspanQueueWait, queueMillis / 1000)
  span.setAttribute(names.pgspanExecutionTime, query.executionMillis / 1000)
}

function describeSubmittable(span: Span, query: QueryExecution): void {
  span.setAttribute(names.pgspanExecutionTime, query.executionMillis / 1000)
  span.setAttribute(names.pgspanConsumerTime, query.consumerMillis / 1000)
  span.setAttribute(names.pgspanFetchRounds, query.fetchRounds)
  if (query.firstRowAt !== 0)
    span.setAttribute(names.pgspanFirstRow, (query.firstRowAt - query.sentAt) / 1000)
  if (query.rowCount !== undefined) span.setAttribute(names.dbResponseReturnedRows, query.rowCount)
  if (query.abandoned) span.setAttribute(names.pgspanAbandoned, true)
}
