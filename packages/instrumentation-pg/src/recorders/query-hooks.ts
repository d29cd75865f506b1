import type { DatabaseTarget, Observer, QueryExecution, QueryResultView } from '@pgspan/lifecycle'
import type { PgHookConnection, PgQueryResult } from '../hook-types.js'
import type { PgInstrumentationConfig } from '../options.js'
import type { Hooks } from './hooks.js'
import type { SpanOf } from './span-of.js'

/** Calls `requestHook` when a query span has begun and `responseHook` before it ends, if the span records. */
export class QueryHooks implements Observer {
  readonly name = 'query-hooks'
  readonly #spanOf: SpanOf
  readonly #hooks: Hooks
  readonly #request: PgInstrumentationConfig['requestHook']
  readonly #response: PgInstrumentationConfig['responseHook']

  constructor(
    spanOf: SpanOf,
    hooks: Hooks,
    options: Pick<PgInstrumentationConfig, 'requestHook' | 'responseHook'>,
  ) {
    this.#spanOf = spanOf
    this.#hooks = hooks
    this.#request = options.requestHook
    this.#response = options.responseHook
  }

  queryStarted(query: QueryExecution, values: readonly unknown[] | undefined): void {
    if (this.#request === undefined) return
    const span = this.#spanOf(query)
    if (!span?.isRecording()) return
    const { statementName } = query
    const information = {
      query: {
        text: query.text,
        ...(statementName !== undefined && { name: statementName }),
        // The caller's own array: hooks of the same name always got it as an ordinary one.
        ...(values !== undefined && { values: values as unknown[] }),
      },
      connection: hookConnection(query.connection.target),
    }
    this.#hooks.call('requestHook', query.callerContext, this.#request, span, information, query)
  }

  querySettled(query: QueryExecution, result: QueryResultView | undefined): void {
    if (this.#response === undefined || result === undefined) return
    const span = this.#spanOf(query)
    if (!span?.isRecording()) return
    // A source hands over the driver's own result.
    const data = result as PgQueryResult
    this.#hooks.call('responseHook', query.callerContext, this.#response, span, { data }, query)
  }
}

/** What hooks are told of a target; what is not known is left out. */
export function hookConnection(target: DatabaseTarget): PgHookConnection {
  const { namespace, address, port, user } = target
  return {
    ...(namespace !== undefined && { database: namespace }),
    ...(address !== undefined && { host: address }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
  }
}
