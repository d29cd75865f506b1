import { type Context, type Span, trace } from '@opentelemetry/api'
import type { CircuitBreaker } from '../circuit-breaker.js'
import { type Insights, ProcessInsights } from '../insights.js'
import type { InsightsOptions } from '../insights-options.js'
import type { ReadableSpanLike, StartedSpanLike } from './readable-span.js'
import type { SpanFeed } from './span-feed.js'
import { SpanUnits } from './span-units.js'

const ownScope = '@pgspan/instrumentation-pg'

/**
 * Insights as a span processor of OpenTelemetry's SDK, lines 2.x and 3.x.
 *
 * Takes the database spans of any instrumentation, follows local root spans as units of work, and takes the full feed
 * as well if `PgInstrumentation` of `@pgspan/instrumentation-pg` is there; a query is counted once. Nothing that it
 * does reaches the code that starts or ends spans.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-processor
 */
export class InsightsSpanProcessor {
  readonly #insights: ProcessInsights
  readonly #isOwn: boolean
  readonly #breaker: CircuitBreaker
  readonly #spans: SpanFeed
  readonly #units: SpanUnits
  readonly #detach: () => void
  /** The SDK says when spans are about to end. */
  #hearsEnding = false

  /**
   * @param insights those of {@link createInsights}, or options for its own.
   * @throws TypeError that names the option that is wrong.
   */
  constructor(insights: Insights | InsightsOptions = {}) {
    this.#insights = insightsOf(insights)
    this.#isOwn = this.#insights !== insights
    this.#breaker = this.#insights.breaker
    this.#spans = this.#insights.spans
    this.#units = new SpanUnits(this.#insights.core)
    this.#detach = this.#insights.attach()
  }

  get insights(): Insights {
    return this.#insights
  }

  // Here every span of the process comes by: a function for the breaker to run would cost more than what it does.
  onStart(span: StartedSpanLike, parentContext: Context): void {
    if (this.#breaker.isOpen) return
    try {
      if (isOwnSpan(span)) return
      const parent = trace.getSpan(parentContext)
      this.#units.spanStarted(span, parent)
      this.#spans.spanStarted(span, parent)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  /** Findings of the unit of work are written on its root span while it records. */
  onEnding(span: Span): void {
    this.#hearsEnding = true
    if (this.#breaker.isOpen) return
    try {
      // The SDK hands over the span that it started, here and below.
      if (isOwnSpan(span as StartedSpanLike)) return
      this.#units.spanEnds(span)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  onEnd(span: ReadableSpanLike): void {
    if (this.#breaker.isOpen) return
    try {
      if (isOwnSpan(span)) return
      this.#spans.spanEnded(span)
      if (!this.#hearsEnding) this.#units.spanEnds(span as StartedSpanLike)
    } catch (error) {
      this.#breaker.record(error)
    }
  }

  /** Reports what is open. */
  async forceFlush(): Promise<void> {
    this.#insights.flush()
  }

  /** Takes nothing from then on, and closes insights of its own. */
  async shutdown(): Promise<void> {
    this.#insights.flush()
    this.#detach()
    if (this.#isOwn) this.#insights.close()
  }
}

/** What it tells came through the full feed, and nothing runs below it. */
function isOwnSpan({ instrumentationScope }: ReadableSpanLike): boolean {
  return instrumentationScope.name === ownScope
}

function insightsOf(given: Insights | InsightsOptions): ProcessInsights {
  if (given instanceof ProcessInsights) return given
  if ('observer' in given) {
    throw new TypeError('InsightsSpanProcessor: these insights are of another copy of @pgspan/insights')
  }
  return new ProcessInsights(given)
}
