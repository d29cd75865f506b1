import { isSpanContextValid, ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api'
import {
  bindSpanToUnitOfWork,
  refreshUnitName,
  UnitOfWork,
  unitOfWorkBelow,
  unitOfWorkOfSpan,
} from '@pgspan/lifecycle'
import { isPostgresCall } from '../fixes/postgres-call.js'
import type { InsightsCore } from '../insights-core.js'
import type { StartedSpanLike } from './readable-span.js'

/** Assigns spans to units of work, opens units for local root spans, and ends them with these. */
export class SpanUnits {
  readonly #core: InsightsCore

  constructor(core: InsightsCore) {
    this.#core = core
  }

  /** @param parent the span of its parent context. */
  spanStarted(span: StartedSpanLike, parent: Span | undefined): void {
    // Another processor of the same process has been here.
    if (unitOfWorkOfSpan(span) !== undefined) return
    const unit = isEntry(span, parent) ? enter(span) : unitOfWorkBelow(parent)
    if (unit !== undefined) bindSpanToUnitOfWork(span, unit)
  }

  /** To be called while the span still records, if the SDK says when, and after its end. */
  spanEnds(span: Span): void {
    const unit = unitOfWorkOfSpan(span)
    if (unit === undefined || unit.rootSpan !== span || unit.ended) return
    refreshUnitName(unit, ROOT_CONTEXT)
    if (unit.endsWithRootSpan) unit.end()
    else this.#core.judge(unit)
  }
}

/**
 * The request or job that is running gets its local root span; a message that is consumed within it is a unit of
 * its own. A database call that is nobody's child is no unit.
 */
function enter(span: StartedSpanLike): UnitOfWork | undefined {
  const called = unitOfWorkBelow(undefined)
  const isCall = span.kind === SpanKind.CLIENT || span.kind === SpanKind.PRODUCER || isPostgresCall(span)
  if (isCall) return called
  if (called !== undefined && (called.rootSpan === undefined || !isRequest(span))) {
    if (called.rootSpan === undefined) adopt(called, span)
    return called
  }
  const unit = new UnitOfWork('trace', span.name)
  unit.outer = called
  unit.endsWithRootSpan = true
  adopt(unit, span)
  return unit
}

function adopt(unit: UnitOfWork, span: Span): void {
  unit.rootSpan = span
  unit.traceId ??= span.spanContext().traceId
}

/** A span without a parent in this process, or one that serves a request or a message. */
function isEntry(span: StartedSpanLike, parent: Span | undefined): boolean {
  if (parent === undefined || isRequest(span)) return true
  // It was started in this process; asking for its context costs more than this.
  if (unitOfWorkOfSpan(parent) !== undefined) return false
  const spanContext = parent.spanContext()
  return spanContext.isRemote === true || !isSpanContextValid(spanContext)
}

function isRequest({ kind }: StartedSpanLike): boolean {
  return kind === SpanKind.SERVER || kind === SpanKind.CONSUMER
}
