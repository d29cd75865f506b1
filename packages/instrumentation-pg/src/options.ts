import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import type { SpanRule } from './recorders/acquire-and-connect-spans.js'

/** Options of `PgInstrumentation`; all optional. */
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
}

const spanRules: readonly string[] = ['always', 'never', 'slow'] satisfies SpanRule[]
const known: ReadonlySet<string> = new Set(['enabled', 'acquireSpans', 'connectSpans'])

/** Throws a `TypeError` that names the option and what it may be; values are not repeated beyond their type. */
export function checkOptions(config: PgInstrumentationConfig): void {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`PgInstrumentation: options must be an object, got ${typeof config}`)
  }
  for (const key of Object.keys(config)) {
    if (!known.has(key)) {
      throw new TypeError(`PgInstrumentation: unknown option ${key}; known are ${[...known].join(', ')}`)
    }
  }
  checkRule('acquireSpans', config.acquireSpans)
  checkRule('connectSpans', config.connectSpans)
  if (config.enabled !== undefined && typeof config.enabled !== 'boolean') {
    throw new TypeError(`PgInstrumentation: enabled must be true or false, got ${typeof config.enabled}`)
  }
}

function checkRule(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && spanRules.includes(value))) return
  throw new TypeError(`PgInstrumentation: ${option} must be 'always', 'never' or 'slow', got ${shown(value)}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value
}
