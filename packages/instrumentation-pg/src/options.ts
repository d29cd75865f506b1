import type { TextMapPropagator } from '@opentelemetry/api'
import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import type {
  PgInstrumentationConnectionHook,
  PgInstrumentationExecutionRequestHook,
  PgInstrumentationExecutionResponseHook,
  QueryParameterRedaction,
  SqlCommentTagsOf,
  TraceQueryQuestion,
} from './hook-types.js'
import type { SpanRule } from './recorders/acquire-and-connect-spans.js'

/**
 * Options of `PgInstrumentation`; all optional. What has the name that it has in `@opentelemetry/instrumentation-pg`
 * means the same.
 *
 * Functions run synchronously on the application's query path, in the caller's context. What one throws, or rejects
 * with, is reported once through OpenTelemetry's `diag`, without its message, and does no harm.
 */
export interface PgInstrumentationConfig extends InstrumentationConfig {
  /**
   * Spans for waiting for a pooled connection, `pg-pool.acquire`. `slow` makes them only for waits that failed or
   * took 50 ms or more. The wait stands on the query span in any case.
   *
   * @defaultValue `slow`
   */
  readonly acquireSpans?: SpanRule
  /**
   * Spans for opening a connection, `pg.connect`. `slow` makes them only for openings that failed or took 50 ms or
   * more.
   *
   * @defaultValue `slow`
   */
  readonly connectSpans?: SpanRule
  /** `true` is short for `'never'` in both {@link acquireSpans} and {@link connectSpans}. @defaultValue `false` */
  readonly ignoreConnectSpans?: boolean
  /**
   * Spans for `BEGIN` and `START TRANSACTION`. `slow` makes them only for those that failed or took 50 ms or more:
   * the statement that ends the transaction tells how long it took.
   *
   * @defaultValue `slow`
   */
  readonly beginSpans?: SpanRule
  /**
   * The span of a query that executed for as many milliseconds, failed, or is part of a finding tells who made it:
   * `code.file.path`, `code.line.number` and `code.function.name`. Costs some 20 µs for such a query, and nothing for
   * others. A caller with a callback, a cursor or a stream is known from the second time on.
   *
   * @defaultValue 100
   */
  readonly slowQueryMillis?: number
  /**
   * `db.query.text` of a text with `$n` parameters is the text as it was passed, as the conventions have it: the literals
   * and comments that it has beside them leave the process. By default, it is sanitised like any other, and `$n` stays.
   *
   * @defaultValue `false`
   * @see https://github.com/open-telemetry/semantic-conventions/blob/v1.45.0/docs/db/database-spans.md#sanitization-of-dbquerytext
   */
  readonly keepParameterizedText?: boolean
  /** No span without a span around it in the caller's context. Metrics count all the same. @defaultValue `false` */
  readonly requireParentSpan?: boolean
  /**
   * Asked for every query, before its span: `false` makes none. The query's duration and its findings count all the
   * same. The query is what observers see: `query.shape.summary`, `query.shape.tables`, `query.text`.
   */
  readonly shouldTraceQuery?: TraceQueryQuestion
  /** Called when the span of a query has begun, to add attributes or rename it; only if the span records. */
  readonly requestHook?: PgInstrumentationExecutionRequestHook
  /**
   * Called before the span of a successful query ends; only if the span records. Not for cursors, streams and COPY,
   * nor for texts of several statements, which have no one result.
   */
  readonly responseHook?: PgInstrumentationExecutionResponseHook
  /** Called for each `pg-pool.acquire` and `pg.connect` span before it ends; only if the span records. */
  readonly connectionHook?: PgInstrumentationConnectionHook
  /**
   * Records the bound values as `db.query.parameter.0` and so on: the first 64, as text of at most 1,024 characters.
   * They can hold anything that a user typed.
   *
   * @defaultValue `false`
   */
  readonly recordQueryParameters?: boolean
  /** Asked for every value that would be recorded, in the order of their numbers from 0, only if the span records. */
  readonly redactQueryParameter?: QueryParameterRedaction
  /**
   * Records the server's id of each statement as `pgspan.query.id`, as in `pg_stat_statements.queryid` and
   * `pg_stat_activity.query_id`. Learned once per text over one more connection to each database, which is named
   * `pgspan query ids`, reads `pg_stat_get_activity` at most 20 times a second while there are unknown texts, and is
   * closed after 10 s without need. Needs PostgreSQL 14, a pool, and a server that computes ids: one with
   * `pg_stat_statements`, or `compute_query_id = on`.
   *
   * @defaultValue `false`
   */
  readonly queryIds?: boolean
  /**
   * Records `db.client.response.returned_rows`: how many rows each query gave, as a histogram by summary. Costs one record
   * more per query.
   *
   * @defaultValue `false`
   */
  readonly recordReturnedRows?: boolean
  /**
   * Tags that are appended to the text of every query as a comment, for whoever reads the server's logs and
   * `pg_stat_activity`: `{ service: 'shop' }`. Or a function that gives them; each different answer makes a different
   * text, for the server's log as for proxies that prepare statements by text.
   *
   * The server sees `/*service='shop'*\/`; spans, metrics and findings see the text without it. Never on prepared
   * statements, cursors, streams, COPY, and texts that have a comment or are longer than 4,096 characters.
   */
  readonly sqlCommentTags?: Readonly<Record<string, string>> | SqlCommentTagsOf
  /**
   * Appends the trace context of the query's span, if it is sampled, to the text in the same comment. Each query is
   * then a text of its own.
   *
   * @defaultValue `false`
   */
  readonly addSqlCommenterCommentToQueries?: boolean
  /** Writes the trace context instead of W3C's `traceparent` and `tracestate`. */
  readonly sqlCommentPropagator?: TextMapPropagator
}
