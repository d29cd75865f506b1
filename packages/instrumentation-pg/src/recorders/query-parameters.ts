import { attributes as names } from '@pgspan/conventions'
import type { Observer, QueryExecution } from '@pgspan/lifecycle'
import type { QueryParameterRedaction } from '../hook-types.js'
import type { Hooks } from './hooks.js'
import type { SpanOf } from './span-of.js'

const maximumParameters = 64
const maximumLength = 1_024

/**
 * Records bound values on the query span, for who asked for it: `db.query.parameter.0` is `$1`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/
 */
export class QueryParameters implements Observer {
  readonly name = 'query-parameters'
  readonly #spanOf: SpanOf
  readonly #hooks: Hooks
  readonly #redact: QueryParameterRedaction | undefined

  constructor(spanOf: SpanOf, hooks: Hooks, redact: QueryParameterRedaction | undefined) {
    this.#spanOf = spanOf
    this.#hooks = hooks
    this.#redact = redact
  }

  queryStarted(query: QueryExecution, values: readonly unknown[] | undefined): void {
    const span = this.#spanOf(query)
    // Conventions: never on batches.
    if (values === undefined || query.shape.isMultiStatement || !span?.isRecording()) return
    const count = Math.min(values.length, maximumParameters)
    for (let index = 0; index < count; index++) {
      const value = this.#recorded(values[index], index, query)
      if (value !== undefined) span.setAttribute(names.dbQueryParameter(index), textOf(value))
    }
  }

  /** A redaction that throws records nothing. */
  #recorded(value: unknown, index: number, query: QueryExecution): unknown {
    if (this.#redact === undefined) return value ?? null
    return this.#hooks.call('redactQueryParameter', query.callerContext, this.#redact, value, index, query)
  }
}

/**
 * A value as text. Objects as JSON, as the driver sends them; those that have a `toPostgres` of their own, and bytes,
 * by their kind, since only the driver should call the one and nobody reads the other.
 */
function textOf(value: unknown): string {
  const text =
    value instanceof Date ? dateText(value) : typeof value === 'object' ? objectText(value) : String(value)
  return text.length > maximumLength ? `${text.slice(0, maximumLength - 1)}…` : text
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString()
}

function objectText(value: object | null): string {
  if (value === null) return 'null'
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  if ('toPostgres' in value) return 'object'
  try {
    return JSON.stringify(value) ?? 'object'
  } catch {
    return 'object'
  }
}
