import type { DatabaseTarget } from '@pgspan/lifecycle'
import { Connection, type TransactionStatus } from '@pgspan/lifecycle'
import type { PgClient } from './pg-shapes.js'

/** What the server calls them in its messages. */
const statuses: Readonly<Record<string, TransactionStatus>> = { I: 'none', T: 'open', E: 'failed' }

/** A session of a client of pg. Holds the client weakly. */
export class PgConnection extends Connection {
  readonly #client: WeakRef<PgClient>
  /** Only for clients that do not keep it themselves. */
  #noted: string | undefined = undefined

  constructor(id: number, target: DatabaseTarget, client: PgClient) {
    super(id, target)
    this.#client = new WeakRef(client)
    if (client.getTransactionStatus !== undefined) return
    // Before 8.21 the driver forgets it.
    client.connection?.on('readyForQuery', ({ status }: { readonly status?: string }) => {
      this.#noted = status
    })
  }

  override get transactionStatus(): TransactionStatus | undefined {
    const client = this.#client.deref()
    return client && this.statusOf(client)
  }

  /** Of the connection's own client, for who has it: looking through the weak reference costs ten times as much. */
  statusOf(client: PgClient): TransactionStatus | undefined {
    const status = this.#noted ?? client.getTransactionStatus?.()
    return typeof status === 'string' ? statuses[status] : undefined
  }
}
