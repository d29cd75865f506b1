import type { Attributes, BatchObservableResult } from '@opentelemetry/api'
import { metrics as definitions, attributes as names, targetAttributes } from '@pgspan/conventions'
import { type Instruments, type Observables, ObservedMetrics } from '@pgspan/instrumentation-pg'
import type { WatchedServer } from './watched-server.js'

const serverMetrics = {
  sessions: definitions.serverSessions,
  longIdle: definitions.serverLongIdleSessions,
  oldestTransaction: definitions.serverOldestTransaction,
  oldestIdle: definitions.serverOldestIdleInTransaction,
  lockWaits: definitions.serverLockWaits,
  limit: definitions.serverConnectionLimit,
  connections: definitions.serverConnectionCount,
  headroom: definitions.serverConnectionHeadroom,
  up: definitions.serverUp,
  inRecovery: definitions.serverInRecovery,
  bouncerClients: definitions.pgbouncerClients,
  bouncerServers: definitions.pgbouncerServers,
  bouncerWait: definitions.pgbouncerMaxWait,
  bouncerQueries: definitions.pgbouncerQueries,
  bouncerTransactions: definitions.pgbouncerTransactions,
  bouncerWaitTime: definitions.pgbouncerWaitTime,
} as const

type ServerObservables = Observables<keyof typeof serverMetrics>

/** More kinds of sessions than this in one database are not remembered when they are gone. */
const maximumKnownGroups = 200

/** The last answers of all servers, as metrics. */
export class ServerMetrics {
  readonly #observed: ObservedMetrics<keyof typeof serverMetrics>
  readonly #servers: ReadonlyMap<unknown, WatchedServer>
  /** Kinds of sessions that were there once: the SDK would repeat their last values for ever. */
  readonly #known: WeakMap<WatchedServer, Map<string, Attributes>> = new WeakMap()

  constructor(instruments: Instruments, servers: ReadonlyMap<unknown, WatchedServer>) {
    this.#servers = servers
    this.#observed = new ObservedMetrics(instruments, serverMetrics, (result, observables) => {
      for (const server of this.#servers.values()) {
        this.#observeServer(result, observables, server)
        observePgBouncer(result, observables, server)
      }
    })
  }

  follow(): void {
    this.#observed.follow()
  }

  close(): void {
    this.#observed.close()
  }

  #observeServer(result: BatchObservableResult, observables: ServerObservables, server: WatchedServer): void {
    const attributes = targetAttributes(server.target)
    const { snapshot } = server
    result.observe(observables.up, server.isUp ? 1 : 0, attributes)
    if (snapshot === undefined) return
    this.#observeSessions(result, observables, server, attributes)
    result.observe(observables.longIdle, snapshot.longIdle.length, attributes)
    result.observe(observables.oldestTransaction, snapshot.oldestTransaction, attributes)
    result.observe(observables.oldestIdle, snapshot.oldestIdleInTransaction, attributes)
    result.observe(observables.lockWaits, snapshot.lockWaits, attributes)
    result.observe(observables.inRecovery, snapshot.isInRecovery ? 1 : 0, attributes)
    result.observe(observables.limit, snapshot.connectionLimit, attributes)
    result.observe(observables.connections, snapshot.connections, attributes)
    // Behind a pooler, the limits of pools ask for none of the server's connections.
    if (!snapshot.isPooled)
      result.observe(observables.headroom, snapshot.connectionLimit - this.#limitsAt(server), attributes)
  }

  #observeSessions(
    result: BatchObservableResult,
    observables: ServerObservables,
    server: WatchedServer,
    attributes: Attributes,
  ): void {
    const known = this.#known.get(server) ?? new Map<string, Attributes>()
    this.#known.set(server, known)
    const gone = new Map(known)
    for (const { state, application, sessions } of server.snapshot?.groups ?? []) {
      const key = JSON.stringify([state, application])
      const own = known.get(key) ?? {
        ...attributes,
        [names.pgspanSessionState]: state,
        [names.pgspanSessionApplication]: application,
      }
      if (known.size < maximumKnownGroups) known.set(key, own)
      gone.delete(key)
      result.observe(observables.sessions, sessions, own)
    }
    for (const own of gone.values()) result.observe(observables.sessions, 0, own)
  }

  /** Of all pools of this process that lead to the same server, whatever their database. */
  #limitsAt({ target }: WatchedServer): number {
    let sum = 0
    for (const { target: other, pools } of this.#servers.values()) {
      if (other.address !== target.address || other.port !== target.port) continue
      for (const pool of pools) sum += pool.counts()?.limit ?? 0
    }
    return sum
  }
}

function observePgBouncer(
  result: BatchObservableResult,
  observables: ServerObservables,
  { target, pgbouncer }: WatchedServer,
): void {
  for (const { database, clients, servers, oldestWait, queries, transactions, waitTime } of pgbouncer) {
    const attributes = {
      ...(target.address !== undefined && { [names.serverAddress]: target.address }),
      ...(target.port !== undefined && { [names.serverPort]: target.port }),
      [names.pgspanPgbouncerDatabase]: database,
    }
    for (const [state, count] of Object.entries(clients))
      result.observe(observables.bouncerClients, count, {
        ...attributes,
        [names.pgspanPgbouncerState]: state,
      })
    for (const [state, count] of Object.entries(servers))
      result.observe(observables.bouncerServers, count, {
        ...attributes,
        [names.pgspanPgbouncerState]: state,
      })
    result.observe(observables.bouncerWait, oldestWait, attributes)
    result.observe(observables.bouncerQueries, queries, attributes)
    result.observe(observables.bouncerTransactions, transactions, attributes)
    result.observe(observables.bouncerWaitTime, waitTime, attributes)
  }
}
