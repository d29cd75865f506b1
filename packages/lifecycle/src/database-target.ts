/** The database that connections lead to. Frozen, and the same object for every connection to the same place. */
export interface DatabaseTarget {
  /** `db.namespace`: the database's name, when known without asking the server. */
  readonly namespace: string | undefined
  /** `server.address` as configured: a host name, an address, or the folder of a Unix socket. */
  readonly address: string | undefined
  /** `server.port`; undefined when a Unix socket is used. */
  readonly port: number | undefined
  /** The role that the application connects as. */
  readonly user: string | undefined
}

/** What a server says of a session: outside any transaction, in one, or in one that has failed. */
export type TransactionStatus = 'none' | 'open' | 'failed'

/** What a server is: it takes writes, or it replays those of another one. */
export type ServerRole = 'primary' | 'replica'

/** One session with the server, pooled or not. */
export class Connection {
  /** Counts up from 1 in the order of appearance within this process. */
  readonly id: number
  readonly target: DatabaseTarget
  /** The server's process id for this session (`pg_stat_activity.pid`); undefined until it is known. */
  backendProcessId: number | undefined = undefined
  /**
   * By the server's latest word: PostgreSQL 14 and newer say it when a connection opens, and again when a replica has
   * become a primary. Undefined for older ones, and where nobody passes it on.
   *
   * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-ASYNC
   */
  serverRole: ServerRole | undefined = undefined
  /** Its transactions take no writes unless they ask for it (`default_transaction_read_only`); undefined as above. */
  isReadOnly: boolean | undefined = undefined
  /** Its end was told. */
  isClosed = false

  constructor(id: number, target: DatabaseTarget) {
    this.id = id
    this.target = target
  }

  /** By the server's latest word; undefined if nobody can tell. A source that can tell overrides it. */
  get transactionStatus(): TransactionStatus | undefined {
    return undefined
  }
}
