import { type Context, type Span, TraceFlags, trace } from '@opentelemetry/api'
import type { QueryExecution } from '@pgspan/lifecycle'

/** The context that what is measured of a query belongs to: with the query's own span if that is sampled. */
export function contextOfQuery({ span, callerContext }: QueryExecution): Context {
  if (span === undefined || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return callerContext
  return new QueryContext(span, callerContext)
}

/** Made when somebody looks into it: exemplars are taken of few queries, and a context costs as much as a record. */
class QueryContext implements Context {
  readonly #span: Span
  readonly #callerContext: Context
  #made: Context | undefined = undefined

  constructor(span: Span, callerContext: Context) {
    this.#span = span
    this.#callerContext = callerContext
  }

  getValue(key: symbol): unknown {
    return this.#context.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#context.setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.#context.deleteValue(key)
  }

  get #context(): Context {
    this.#made ??= trace.setSpan(this.#callerContext, this.#span)
    return this.#made
  }
}
