import type { RequestFigures } from './request-figures.js'

/** What a request is told of itself, beside its {@link RequestFigures}. */
export interface RequestNotes {
  readonly findings: number
  readonly nPlusOne: number
  /** `00-<trace id>-<span id>-01`; undefined for a request without a trace. */
  readonly traceparent: string | undefined
}

/**
 * The value of `Server-Timing`: `db;dur=41.2;desc="12 queries", db-wait;dur=3.1, db-findings;desc="2"`.
 *
 * `db` is the time during which at least one query was in flight, `db-wait` that during which a connection was waited
 * for, in milliseconds.
 *
 * @see https://www.w3.org/TR/server-timing/
 */
export function serverTiming(figures: RequestFigures, notes: RequestNotes, now: number): string {
  const { queries } = figures
  const metrics = [
    `db;dur=${millis(figures.querying.millisAt(now))};desc="${queries} ${queries === 1 ? 'query' : 'queries'}"`,
    `db-wait;dur=${millis(figures.waiting.millisAt(now))}`,
  ]
  if (notes.findings > 0) metrics.push(`db-findings;desc="${notes.findings}"`)
  if (notes.traceparent !== undefined) metrics.push(`traceparent;desc="${notes.traceparent}"`)
  return metrics.join(', ')
}

/**
 * The value of `X-DB-Profile`, in nanoseconds of the monotonic clock: `total=8124000, pool_wait=…, connect=…, queue=…,
 * execute=…, rows=…, handler=…`.
 *
 * The five between are sums over queries, which may run side by side; `handler` is what remains of the total while
 * the request waited for none of them.
 */
export function profile(figures: RequestFigures, now: number): string {
  const total = now - figures.startedAt
  const parts: readonly (readonly [string, number])[] = [
    ['total', total],
    ['pool_wait', figures.poolWaitMillis],
    ['connect', figures.connectMillis],
    ['queue', figures.queueMillis],
    ['execute', figures.executeMillis],
    ['rows', figures.rowsMillis],
    ['handler', Math.max(0, total - figures.occupied.millisAt(now))],
  ]
  return parts.map(([name, value]) => `${name}=${Math.round(value * 1e6)}`).join(', ')
}

/** With microseconds, without exponents. */
export function millis(value: number): string {
  return String(Math.round(value * 1_000) / 1_000)
}
