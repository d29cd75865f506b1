import { type Context, trace } from '@opentelemetry/api'
import type { QueryExecution } from '@pgspan/lifecycle'
import type { PgInstrumentationConfig } from '../options.js'
import type { Hooks } from './hooks.js'

/** Decides what makes a span at all: {@link PgInstrumentationConfig.requireParentSpan}, `shouldTraceQuery`. */
export class TracedQueries {
  readonly #hooks: Hooks
  readonly #requiresParent: boolean
  readonly #question: PgInstrumentationConfig['shouldTraceQuery']

  constructor(
    hooks: Hooks,
    options: Pick<PgInstrumentationConfig, 'requireParentSpan' | 'shouldTraceQuery'>,
  ) {
    this.#hooks = hooks
    this.#requiresParent = options.requireParentSpan === true
    this.#question = options.shouldTraceQuery
  }

  hasPlace(callerContext: Context): boolean {
    return !this.#requiresParent || trace.getSpan(callerContext) !== undefined
  }

  /** A question that throws is answered with yes. */
  includes(query: QueryExecution): boolean {
    if (!this.hasPlace(query.callerContext)) return false
    if (this.#question === undefined) return true
    return this.#hooks.call('shouldTraceQuery', query.callerContext, this.#question, query) !== false
  }
}
