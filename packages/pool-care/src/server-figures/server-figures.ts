import type { MeterProvider } from '@opentelemetry/api'
import { Instruments } from '@pgspan/instrumentation-pg'
import { type DatabaseTarget, type Observer, type PoolView, processState } from '@pgspan/lifecycle'
import { checkOptions, millisAboveZero, type OptionCheck } from '../checked-options.js'
import { keepAliveWhile } from '../keep-alive.js'
import { packageName, packageVersion } from '../package-version.js'
import type { PgBouncerSnapshot } from './pgbouncer-snapshot.js'
import { ServerMetrics } from './server-metrics.js'
import type { ServerSnapshot } from './server-snapshot.js'
import { WatchedServer } from './watched-server.js'

/** Options of {@link startServerFigures}. */
export interface ServerFiguresOptions {
  /** How often each database is asked, in milliseconds. @defaultValue 15000 */
  readonly everyMillis?: number
  /** A session that has been idle for longer is listed, in milliseconds. @defaultValue 600000 */
  readonly longIdleMillis?: number
  /** Instead of the global one. */
  readonly meterProvider?: MeterProvider
}

/** What one database, and the PgBouncer in front of it, said last. */
export interface ServerReport {
  readonly target: DatabaseTarget
  /** False if it did not answer when it was asked last; then the rest is the last known. */
  readonly isUp: boolean
  readonly snapshot: ServerSnapshot | undefined
  /** Empty if none lies in between, or it says nothing. */
  readonly pgbouncer: readonly PgBouncerSnapshot[]
}

/** What {@link startServerFigures} started. */
export interface ServerFigures {
  readonly reports: readonly ServerReport[]
  /** Asks every database now; settles when all have answered or failed. */
  ask(): Promise<void>
  close(): void
}

const checks: { [Option in keyof Required<ServerFiguresOptions>]: OptionCheck } = {
  everyMillis: millisAboveZero,
  longIdleMillis: millisAboveZero,
  meterProvider: [
    (value) => typeof (value as Partial<MeterProvider> | null)?.getMeter === 'function',
    'a meter provider',
  ],
}

/** An application may have a database per customer: so many are asked. */
const maximumServers = 16

/**
 * Asks the database behind each pool what its sessions do, again and again, over one connection of its own that takes
 * none of the pool's, has timeouts and is not observed. It keeps no process alive.
 *
 * A database that cannot be asked, or a role that may not see other sessions, is named once through `diag`.
 *
 * @throws TypeError for a wrong option.
 */
export function startServerFigures(options: ServerFiguresOptions = {}): ServerFigures {
  checkOptions('startServerFigures', options, checks)
  const { everyMillis = 15_000, longIdleMillis = 600_000, meterProvider } = options
  const instruments = new Instruments(packageName, packageVersion)
  if (meterProvider) instruments.setMeterProvider(meterProvider)
  const watched = new WatchedServers(instruments, longIdleMillis)
  const detach = processState().dispatcher.attach(watched)
  const timer = setInterval(() => void watched.ask(), everyMillis).unref()
  return {
    get reports() {
      return [...watched.servers.values()].map(({ target, isUp, snapshot, pgbouncer }) => ({
        target,
        isUp,
        snapshot,
        pgbouncer,
      }))
    },
    ask: () => keepAliveWhile(watched.ask()),
    close() {
      clearInterval(timer)
      detach()
      watched.close()
    },
  }
}

class WatchedServers implements Observer {
  readonly name = 'server-figures'
  readonly servers: Map<DatabaseTarget, WatchedServer> = new Map()
  readonly #metrics: ServerMetrics
  readonly #longIdleMillis: number

  constructor(instruments: Instruments, longIdleMillis: number) {
    this.#metrics = new ServerMetrics(instruments, this.servers)
    this.#longIdleMillis = longIdleMillis
  }

  poolAppeared(pool: PoolView): void {
    const known = this.servers.get(pool.target)
    if (known === undefined && this.servers.size >= maximumServers) {
      const resting = [...this.servers].find(([, { pools }]) => pools.size === 0)
      if (resting === undefined) return
      this.servers.delete(resting[0])
    }
    const server = known ?? new WatchedServer(pool.target, this.#longIdleMillis)
    server.pools.add(pool)
    this.servers.set(pool.target, server)
  }

  poolEnded(pool: PoolView): void {
    const server = this.servers.get(pool.target)
    if (server?.pools.delete(pool) && server.pools.size === 0) server.rest()
  }

  async ask(): Promise<void> {
    this.#metrics.follow()
    await Promise.all([...this.servers.values()].map((server) => server.ask()))
  }

  close(): void {
    this.#metrics.close()
    for (const server of this.servers.values()) server.rest()
    this.servers.clear()
  }
}
