import type { Context, Span } from '@opentelemetry/api'
import { type Insights, ProcessInsights } from './insights.js'
import type { InsightsOptions } from './insights-options.js'
import type { ReadableSpanLike, StartedSpanLike } from './readable-span.js'
import { SpanUnits } from './span-units.js'

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
  readonly #units: SpanUnits
  readonly #detach: () => void

  /**
   * @param insights those of {@link createInsights}, or options for its own.
   * @throws TypeError that names the option that is wrong.
   */
  constructor(insights: Insights | InsightsOptions = {}) {
    this.#insights = insightsOf(insights)
    this.#isOwn = this.#insights !== insights
    this.#units = new SpanUnits(this.#insights.core)
    this.#detach = this.#insights.attach()
  }

  get insights(): Insights {
    return this.#insights
  }

  onStart(span: StartedSpanLike, parentContext: Context): void {
    this.#insights.breaker.run(() => {
      this.#units.spanStarted(span, parentContext)
      this.#insights.spans.spanStarted(span, parentContext)
    })
  }

  /** Findings of the unit of work are written on its root span while it records. */
  onEnding(span: Span): void {
    this.#insights.breaker.run(() => this.#units.spanEnds(span))
  }

  onEnd(span: ReadableSpanLike): void {
    this.#insights.breaker.run(() => {
      this.#insights.spans.spanEnded(span)
      // The SDK hands over the span that it started.
      this.#units.spanEnds(span as StartedSpanLike)
    })
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

function insightsOf(given: Insights | InsightsOptions): ProcessInsights {
  if (given instanceof ProcessInsights) return given
  if ('observer' in given) {
    throw new TypeError('InsightsSpanProcessor: these insights are of another copy of @pgspan/insights')
  }
  return new ProcessInsights(given)
}
