import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { unitOfWorkOfSpan } from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { isPostgresCall, mayBeCall } from '../fixes/postgres-call.js'
import type { InsightsCore } from '../insights-core.js'
import { ignoredByCaller } from '../suppression/ignore-findings.js'
import { ObservedQuery } from '../units/observed-query.js'
import type { ReadableSpanLike, StartedSpanLike } from './readable-span.js'
import { SpanTargets } from './span-targets.js'
import { hidesValues, statementIn, withNumberedParameters } from './span-text.js'
import { valuesInAttributes } from './span-values.js'

/**
 * The span feed: database spans of other instrumentations, by the semantic conventions of today and of before.
 *
 * Knows neither rows nor waiting nor lines of code, and values only where they are attributes or stand in the text.
 */
export class SpanFeed {
  readonly #core: InsightsCore
  readonly #shapes: QueryShapeCache = new QueryShapeCache()
  readonly #targets: SpanTargets = new SpanTargets()
  /** Spans that another processor of the same insights has handed over. */
  readonly #fed: WeakSet<object> = new WeakSet()
  /** Spans of an ORM around the span of the driver: a query is counted once. */
  readonly #around: WeakSet<object> = new WeakSet()
  /** Of the latest query: most have the same as the one before. */
  #latestContext: Context | undefined = undefined
  /** Somebody hands over spans. */
  #isFed = false
  /** The kinds of findings that the code ignores which started the span. */
  readonly #ignored: WeakMap<object, string> = new WeakMap()

  constructor(core: InsightsCore) {
    this.#core = core
  }

  /** The full feed has a query; the span that is active around it is an ORM's, and not counted again. */
  queryStarted(callerContext: Context): void {
    if (!this.#isFed || callerContext === this.#latestContext) return
    this.#latestContext = callerContext
    this.#noteAround(trace.getSpan(callerContext))
  }

  /** @param parent the span of its parent context. */
  spanStarted(span: StartedSpanLike, parent: Span | undefined): void {
    this.#isFed = true
    if (!isPostgresCall(span)) return
    const ignored = ignoredByCaller()
    if (ignored !== undefined) this.#ignored.set(span, ignored)
    this.#noteAround(parent)
  }

  spanEnded(span: ReadableSpanLike): void {
    if (!isPostgresCall(span)) {
      if (this.#core.transactions.isAnyOpen) this.#ranBeside(span)
      return
    }
    const statement = statementIn(span.attributes)
    if (statement === undefined || this.#around.has(span) || this.#fed.has(span)) return
    this.#fed.add(span)
    const text = withNumberedParameters(statement)
    const query = this.#observe(span, text)
    query.ignoredFindings = this.#ignored.get(span)
    query.hidesValues = hidesValues(text)
    this.#core.queryStarted(query, valuesInAttributes(span.attributes))
    complete(query, span, text)
    this.#core.querySettled(query, undefined)
  }

  /** Only what may be a call to PostgreSQL itself is asked for later. */
  #noteAround(span: Span | undefined): void {
    if (span !== undefined && mayBeCall((span as Partial<ReadableSpanLike>).kind)) this.#around.add(span)
  }

  #ranBeside(span: ReadableSpanLike): void {
    const unit = unitOfWorkOfSpan(span as StartedSpanLike)
    const kind = span.kind === SpanKind.CLIENT ? 'call' : 'span'
    const { transactions } = this.#core
    transactions.ranBeside(kind, nameOf(span), unit, monotonic(span.startTime), monotonic(span.endTime))
  }

  #observe(span: ReadableSpanLike, text: string): ObservedQuery {
    return new ObservedQuery(
      this.#shapes.shapeOf(text),
      this.#targets.of(span.attributes),
      unitOfWorkOfSpan(span as StartedSpanLike),
      trace.setSpanContext(ROOT_CONTEXT, span.spanContext()),
      undefined,
      0,
      monotonic(span.startTime),
    )
  }
}

function complete(
  query: ObservedQuery,
  { attributes, endTime, status }: ReadableSpanLike,
  text: string,
): void {
  query.settledAt = monotonic(endTime)
  const rows = attributes['db.response.returned_rows']
  if (typeof rows === 'number') query.rowCount = rows
  if (status.code === SpanStatusCode.ERROR) query.fail(errorCodeIn(attributes), text)
}

/** With the host that was called, which the names of HTTP spans leave out. */
function nameOf({ kind, name, attributes }: ReadableSpanLike): string {
  const host = attributes['server.address'] ?? attributes['net.peer.name']
  return kind === SpanKind.CLIENT && typeof host === 'string' ? `${name} ${host}` : name
}

function errorCodeIn(attributes: Attributes): string {
  const code = attributes['db.response.status_code']
  return typeof code === 'string' ? code : 'unknown'
}

/** A span's wall-clock time on the monotonic clock. */
function monotonic([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1e6 - performance.timeOrigin
}
