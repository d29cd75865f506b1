import { type Context, context as contexts, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'

/** One measurement, and the span that it was made in. */
export interface Exemplar {
  readonly value: number
  readonly traceId: string
  readonly spanId: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** The last scrape before it was taken. */
  readonly scrape: number
}

/** Counts scrapes, so that series know what is new since the last one without reading a clock. */
export interface ScrapeCount {
  count: number
}

/**
 * What is to be kept after a measurement: the largest since the last scrape, if its span is sampled; the one before as
 * long as there is none. So a bucket shows its slowest, and that which is scraped is always newer than what was.
 *
 * @param context undefined for the active one.
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#tracebased
 */
export function offered(
  kept: Exemplar | undefined,
  value: number,
  context: Context | undefined,
  { count }: ScrapeCount,
): Exemplar | undefined {
  if (kept !== undefined && kept.scrape === count && value <= kept.value) return kept
  if (context === ROOT_CONTEXT) return kept
  const span = trace.getSpanContext(context ?? contexts.active())
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return kept
  return { value, traceId: span.traceId, spanId: span.spanId, timestamp: Date.now(), scrape: count }
}
