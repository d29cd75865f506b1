import { diag } from '@opentelemetry/api'
import type { DatabaseTarget, PoolView, SideConnection } from '@pgspan/lifecycle'
import { codeOf } from '../transient-error.js'
import { type PgBouncerSnapshot, pgbouncerConsole, readPgBouncer } from './pgbouncer-snapshot.js'
import { readServer, type ServerSnapshot } from './server-snapshot.js'

/** One database, asked again and again over one connection of its own. */
export class WatchedServer {
  readonly target: DatabaseTarget
  readonly pools: Set<PoolView> = new Set()
  /** The last answer. */
  snapshot: ServerSnapshot | undefined = undefined
  pgbouncer: readonly PgBouncerSnapshot[] = []
  isUp = false
  readonly #longIdleMillis: number
  readonly #told: Set<string> = new Set()
  #connection: SideConnection | undefined = undefined
  #console: SideConnection | undefined = undefined
  #isConsoleRefused = false
  #isAsking = false

  constructor(target: DatabaseTarget, longIdleMillis: number) {
    this.target = target
    this.#longIdleMillis = longIdleMillis
  }

  /** Asks once; a question that is not answered yet is not asked again. Without pools there is nobody to ask for. */
  async ask(): Promise<void> {
    if (this.#isAsking || this.pools.size === 0) return
    this.#isAsking = true
    try {
      await this.#askServer()
    } catch (error) {
      this.isUp = false
      this.#disconnect()
      this.#tellOnce(
        'unreachable',
        `the server cannot be asked for its figures (${codeOf(error) ?? 'connection lost'})`,
      )
    } finally {
      this.#isAsking = false
      if (this.pools.size === 0) this.rest()
    }
  }

  /** Its last pool has ended, or nobody wants to know any more: until there is a pool again, all is 0. */
  rest(): void {
    this.pools.clear()
    this.#disconnect()
    this.isUp = false
    this.snapshot = this.snapshot && nothing(this.snapshot)
    this.pgbouncer = []
  }

  async #askServer(): Promise<void> {
    this.#connection ??= await this.#open()
    if (this.#connection === undefined) return
    const snapshot = await readServer(this.#connection, this.#longIdleMillis)
    this.snapshot = snapshot
    this.isUp = true
    if (snapshot.hidden > 0)
      this.#tellOnce(
        'hidden',
        `the role ${this.target.user ?? ''} may not see what ${snapshot.hidden} sessions of other roles do: GRANT pg_monitor TO it`,
      )
    if (snapshot.isPooled) await this.#askPgBouncer()
  }

  async #askPgBouncer(): Promise<void> {
    if (this.#isConsoleRefused) return
    try {
      this.#console ??= await this.#open(pgbouncerConsole)
      if (this.#console) this.pgbouncer = await readPgBouncer(this.#console)
    } catch (error) {
      this.#console?.close()
      this.#console = undefined
      // Whoever may not ask today may not tomorrow; a connection that was lost is opened again.
      this.#isConsoleRefused = this.pgbouncer.length === 0
      this.#tellOnce(
        'console',
        `the pooler in between says nothing of itself (${codeOf(error) ?? 'refused'}): with PgBouncer, add the role to stats_users`,
      )
    }
  }

  /** With whichever of its pools is there. */
  async #open(database?: string): Promise<SideConnection | undefined> {
    for (const pool of this.pools) {
      const connection = await pool.openSideConnection('server figures', database)
      if (connection !== undefined) return connection
    }
    return undefined
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#console?.close()
    this.#connection = undefined
    this.#console = undefined
  }

  #tellOnce(what: string, message: string): void {
    if (this.#told.has(what)) return
    this.#told.add(what)
    const { namespace, address, port } = this.target
    diag.warn(`pgspan: ${namespace ?? 'database'} at ${address ?? 'its server'}:${port ?? ''}: ${message}`)
  }
}

function nothing({ connectionLimit, isPooled }: ServerSnapshot): ServerSnapshot {
  return {
    takenAt: new Date(),
    isInRecovery: false,
    groups: [],
    oldestTransaction: 0,
    oldestIdleInTransaction: 0,
    lockWaits: 0,
    connections: 0,
    connectionLimit,
    longIdle: [],
    hidden: 0,
    isPooled,
  }
}
