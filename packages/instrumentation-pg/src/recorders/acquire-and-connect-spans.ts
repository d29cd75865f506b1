import { type Attributes, type Context, SpanKind, type Tracer } from '@opentelemetry/api'
import { attributes as names } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, Observer } from '@pgspan/lifecycle'
import { errorAttributes, errorStatus } from './error-attributes.js'
import { hotPoolAttributes } from './pool-attributes.js'
import { targetAttributes } from './target-attributes.js'

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

  constructor(tracer: () => Tracer, acquire: SpanRule, connect: SpanRule) {
    this.#tracer = tracer
    this.#acquire = acquire
    this.#connect = connect
  }

  checkoutSettled(checkout: Checkout): void {
    const { requestedAt, error, pool } = checkout
    if (!applies(this.#acquire, checkout.waitMillis, error)) return
    const attributes: Attributes = {
      ...targetAttributes(pool.target),
      ...hotPoolAttributes(pool),
      [names.pgspanPoolPath]: checkout.path,
    }
    const end = checkout.acquiredAt || checkout.failedAt
    this.#make('pg-pool.acquire', attributes, checkout.callerContext, requestedAt, end, error)
  }

  connectionSettled(opening: ConnectionOpening): void {
    const { startedAt, settledAt, error, pool, connection } = opening
    if (!applies(this.#connect, settledAt - startedAt, error)) return
    const attributes = { ...targetAttributes(connection.target), ...(pool && hotPoolAttributes(pool)) }
    this.#make('pg.connect', attributes, opening.callerContext, startedAt, settledAt, error)
  }

  #make(
    name: string,
    attributes: Attributes,
    parent: Context,
    start: number,
    end: number,
    error: unknown,
  ): void {
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
    span.end(end)
  }
}

function applies(rule: SpanRule, millis: number, error: unknown): boolean {
  if (rule === 'slow') return error !== undefined || millis >= slowAcquireMillis
  return rule === 'always'
}
