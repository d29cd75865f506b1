import { type Attributes, type Context, SpanKind, type Tracer } from '@opentelemetry/api'
import { attributes as names, targetAttributes } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, DatabaseTarget, Observer } from '@pgspan/lifecycle'
import type { PgInstrumentationConfig } from '../options.js'
import { errorAttributes, errorStatus } from './error-attributes.js'
import type { Hooks } from './hooks.js'
import { hotPoolAttributes } from './pool-attributes.js'
import { hookConnection } from './query-hooks.js'
import type { TracedQueries } from './traced-queries.js'

/** When to make a span: for each, for none, or only for one that failed or took long. */
export type SpanRule = 'always' | 'never' | 'slow'

/** With the rule `slow`, what took less than this makes no span, in milliseconds. */
export const slowAcquireMillis = 50

/**
 * A span for waiting for a pooled connection and for opening one, by rule, in the trace of whoever waited.
 *
 * They are made when the wait is over, with the start that it had: what makes no span costs nothing.
 */
export class AcquireAndConnectSpans implements Observer {
  readonly name = 'acquire-and-connect-spans'
  readonly #tracer: () => Tracer
  readonly #acquire: SpanRule
  readonly #connect: SpanRule
  readonly #traced: TracedQueries
  readonly #hooks: Hooks
  readonly #hook: PgInstrumentationConfig['connectionHook']

  constructor(tracer: () => Tracer, traced: TracedQueries, hooks: Hooks, options: PgInstrumentationConfig) {
    this.#tracer = tracer
    this.#traced = traced
    this.#hooks = hooks
    this.#hook = options.connectionHook
    const rule = options.ignoreConnectSpans === true ? 'never' : 'slow'
    this.#acquire = options.acquireSpans ?? rule
    this.#connect = options.connectSpans ?? rule
  }

  checkoutSettled(checkout: Checkout): void {
    const { requestedAt, error, pool } = checkout
    if (!isWorthSpan(this.#acquire, checkout.waitMillis, error)) return
    const attributes: Attributes = {
      ...targetAttributes(pool.target),
      ...hotPoolAttributes(pool),
      [names.pgspanPoolPath]: checkout.path,
    }
    const end = checkout.acquiredAt || checkout.failedAt
    this.#make('pg-pool.acquire', pool.target, attributes, checkout.callerContext, requestedAt, end, error)
  }

  connectionSettled(opening: ConnectionOpening): void {
    const { startedAt, settledAt, error, pool, connection } = opening
    if (!isWorthSpan(this.#connect, settledAt - startedAt, error)) return
    const attributes = { ...targetAttributes(connection.target), ...(pool && hotPoolAttributes(pool)) }
    const { target } = connection
    this.#make('pg.connect', target, attributes, opening.callerContext, startedAt, settledAt, error)
  }

  #make(
    name: string,
    target: DatabaseTarget,
    attributes: Attributes,
    parent: Context,
    start: number,
    end: number,
    error: unknown,
  ): void {
    if (!this.#traced.hasPlace(parent)) return
    // The SDK takes numbers of this size for readings of the monotonic clock.
    const span = this.#tracer().startSpan(
      name,
      { kind: SpanKind.CLIENT, attributes, startTime: start },
      parent,
    )
    if (error !== undefined && span.isRecording()) {
      span.setAttributes(errorAttributes(error))
      span.setStatus(errorStatus(error))
    }
    if (this.#hook !== undefined && span.isRecording()) {
      const information = { connection: hookConnection(target) }
      this.#hooks.call('connectionHook', parent, this.#hook, span, information)
    }
    span.end(end)
  }
}

/** What a rule says of something that took this long, in milliseconds, or failed. */
export function isWorthSpan(rule: SpanRule, millis: number, error: unknown): boolean {
  if (rule === 'slow') return error !== undefined || millis >= slowAcquireMillis
  return rule === 'always'
}
