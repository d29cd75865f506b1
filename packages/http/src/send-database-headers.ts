import type { IncomingMessage } from 'node:http'
import { context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api'
import { followHttpRequests, processState, type UnitOfWork } from '@pgspan/lifecycle'
import { checkHeaderOptions, type DatabaseHeaderOptions } from './header-options.js'
import { RequestObserver } from './request-observer.js'
import { addToHead } from './response-head.js'
import { millis, profile, type RequestNotes, serverTiming } from './server-timing.js'

/**
 * Tells, in the headers of each response of `node:http`, what its request did to databases until the head was written.
 * No middleware is needed; headers of the application stay as they are.
 *
 * Costs a few sums per query and one function per request.
 *
 * @returns the function that stops it.
 * @throws TypeError that names the option that is wrong.
 */
export function sendDatabaseHeaders(options: DatabaseHeaderOptions = {}): () => void {
  checkHeaderOptions(options)
  const authorize = options.authorize ?? (() => process.env.NODE_ENV !== 'production')
  const observer = new RequestObserver()
  const detach = processState().dispatcher.attach(observer)
  const stop = followHttpRequests((unit, request, response) => {
    observer.requestStarted(unit)
    addToHead(response, () => (isAllowed(authorize, request) ? headersOf(unit, observer, options) : []))
  })
  return () => {
    stop()
    detach()
  }
}

function isAllowed(authorize: (request: IncomingMessage) => boolean, request: IncomingMessage): boolean {
  try {
    return authorize(request) === true
  } catch {
    return false
  }
}

function* headersOf(
  unit: UnitOfWork,
  observer: RequestObserver,
  { serverTiming: isTimed = true, countHeaders, profileHeader, insights }: DatabaseHeaderOptions,
): Iterable<readonly [string, string]> {
  const figures = observer.figuresOf(unit)
  if (figures === undefined) return
  const now = performance.now()
  const findings = insights?.findingsOf(unit) ?? []
  const notes: RequestNotes = {
    findings: findings.length,
    nPlusOne: findings.filter(({ kind }) => kind === 'n_plus_one').length,
    traceparent: traceparent(trace.getSpanContext(context.active())),
  }
  if (isTimed) yield ['Server-Timing', serverTiming(figures, notes, now)]
  if (countHeaders) {
    yield ['X-DB-Query-Count', String(figures.queries)]
    yield ['X-DB-Time-Ms', millis(figures.querying.millisAt(now))]
    yield ['X-DB-N-Plus-One', String(notes.nPlusOne)]
  }
  if (profileHeader) yield ['X-DB-Profile', profile(figures, now)]
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparent(span: SpanContext | undefined): string | undefined {
  if (span === undefined || !isSpanContextValid(span)) return undefined
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`
}
