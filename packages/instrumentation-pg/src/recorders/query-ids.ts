import { AsyncResource } from 'node:async_hooks'
import { attributes as names } from '@pgspan/conventions'
import type { DatabaseTarget, Observer, PoolView, QueryExecution } from '@pgspan/lifecycle'
import type { SpanOf } from './span-of.js'
import { TargetQueryIds } from './target-query-ids.js'

/** More databases than this in one process are left alone. */
const maximumTargets = 16

/**
 * Puts the server's query id on query spans, so that they meet `pg_stat_statements` and `pg_stat_activity`.
 *
 * The protocol does not tell it. `pg_stat_activity` has it beside the text of the last query of a process until the
 * next one begins; it is read there once per text, over a connection of our own, after a query whose text has no
 * known id. The first spans of a text lack it, and so do texts that never come back.
 *
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
export class QueryIds implements Observer {
  readonly name = 'query-ids'
  readonly #spanOf: SpanOf
  // What is opened here belongs to no request.
  readonly #outside = new AsyncResource('pgspan')
  readonly #targets: Map<DatabaseTarget, TargetQueryIds> = new Map()

  constructor(spanOf: SpanOf) {
    this.#spanOf = spanOf
  }

  querySettled(query: QueryExecution): void {
    const { text, shape, connection, checkout, error } = query
    const span = this.#spanOf(query)
    if (shape.isMultiStatement || !span?.isRecording()) return
    const ids = this.#idsOf(connection.target)
    const id = ids?.idOf(text)
    if (id !== undefined) {
      span.setAttribute(names.pgspanQueryId, id)
      return
    }
    const process = connection.backendProcessId
    if (ids === undefined || error !== undefined || checkout === undefined || process === undefined) return
    this.#outside.runInAsyncScope(() => ids.noteUnknown(checkout.pool, process))
  }

  poolEnded(pool: PoolView): void {
    this.#targets.get(pool.target)?.forget(pool)
  }

  close(): void {
    for (const ids of this.#targets.values()) ids.close()
    this.#targets.clear()
  }

  #idsOf(target: DatabaseTarget): TargetQueryIds | undefined {
    let ids = this.#targets.get(target)
    if (ids === undefined && this.#targets.size < maximumTargets) {
      ids = new TargetQueryIds()
      this.#targets.set(target, ids)
    }
    return ids
  }
}
