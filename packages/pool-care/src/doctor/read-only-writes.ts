import type { DatabaseTarget, Observer, QueryExecution } from '@pgspan/lifecycle'
import { codeOf } from '../transient-error.js'
import type { Diagnosis } from './diagnosis.js'

/** The server's answer to a write in a session or at a server that takes none. */
const readOnlyTransaction = '25006'
const maximumStatements = 100

/** Writes that were sent to where none are taken: a replica, or a read-only session. */
export class ReadOnlyWrites implements Observer {
  readonly name = 'read-only-writes'
  readonly #refused: Map<
    string,
    { readonly target: DatabaseTarget; readonly statement: string; times: number }
  > = new Map()

  querySettled({ error, connection, shape }: QueryExecution): void {
    if (error === undefined || codeOf(error) !== readOnlyTransaction) return
    const { target } = connection
    const key = `${describe(target)} ${shape.summary}`
    const known = this.#refused.get(key)
    if (known !== undefined) known.times++
    else if (this.#refused.size < maximumStatements)
      this.#refused.set(key, { target, statement: shape.summary, times: 1 })
  }

  diagnoses(): readonly Diagnosis[] {
    return [...this.#refused.values()].map(({ target, statement, times }) => ({
      check: 'write_to_read_only',
      severity: 'error',
      subject: `server ${describe(target)}`,
      problem: `${statement || 'A write'} was refused ${times === 1 ? 'once' : `${times} times`}: the session takes no writes (25006).`,
      consequence: 'The request fails, each time.',
      remedy:
        'Send writes to the primary. If this is meant to be it, the address leads to a replica: after a failover, say, or target_session_attrs is missing; or default_transaction_read_only is on.',
    }))
  }
}

function describe({ address, port, namespace }: DatabaseTarget): string {
  return `${address ?? 'server'}${port === undefined ? '' : `:${port}`}${namespace === undefined ? '' : `/${namespace}`}`
}
