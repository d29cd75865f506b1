import { type AcquirePath, type PoolCounts, processState } from '@pgspan/lifecycle'
import { type ForeignPool, foreignPoolOf, patchPoolOnce } from './foreign-pool.js'
import { guarded } from './guarded.js'
import type { PgClient } from './pg-shapes.js'

/**
 * What is used of Slonik's pool: made by the function `createConnectionPool` of a module inside Slonik, and
 * reachable nowhere else. Seen in Slonik 47.
 *
 * @see https://github.com/gajus/slonik/blob/main/packages/slonik/src/factories/createConnectionPool.ts
 */
interface SlonikPool {
  acquire(): Promise<SlonikConnection>
  end(): Promise<unknown>
  state(): {
    readonly acquiredConnections: number
    readonly idleConnections: number
    readonly pendingConnections: number
    readonly pendingDestroyConnections: number
    readonly pendingReleaseConnections: number
  }
}

/** The pool copies it, with its functions: one of them is what tells which connection it is. */
interface SlonikConnection {
  readonly id: () => string
  on(event: 'release' | 'destroy', listener: () => void): void
}

interface SlonikPoolOptions {
  readonly driver: { createClient(): Promise<SlonikConnection> }
  readonly maximumPoolSize: number
  readonly minimumPoolSize?: number
}

interface SlonikModule {
  createConnectionPool?: (options: SlonikPoolOptions) => SlonikPool
}

/** Patches the module of Slonik that makes its pools, once. False if it is not that module. */
export function patchSlonik(exports: object): boolean {
  const module = exports as SlonikModule
  const bareCreate = module.createConnectionPool
  if (typeof bareCreate !== 'function') return false
  patchPoolOnce(exports, () => {
    module.createConnectionPool = (options) => {
      if (!processState().dispatcher.isObserved) return bareCreate(options)
      const observed = new ObservedDriver(options)
      const pool = bareCreate(observed.options)
      guarded(() => observed.follow(pool))
      return pool
    }
  })
  return true
}

/** The driver that a pool makes its connections with, and the pool once that is there. */
class ObservedDriver {
  readonly options: SlonikPoolOptions
  #foreign: ForeignPool | undefined = undefined
  #isEnding = false

  constructor(options: SlonikPoolOptions) {
    const { driver } = options
    this.options = {
      ...options,
      driver: { ...driver, createClient: () => this.#createClient(() => driver.createClient()) },
    }
  }

  follow(pool: SlonikPool): void {
    const foreign = foreignPoolOf(pool, (live) => countsOf(live, this.options))
    this.#foreign = foreign
    const { acquire, end } = pool
    const observed = async (): Promise<SlonikConnection> => {
      const request = foreign.request(pathOf(pool, this.options), observed)
      try {
        const connection = await acquire()
        guarded(() => foreign.acquire(request, connection.id))
        return connection
      } catch (error) {
        // Requests wait without a limit: only a new connection may take too long.
        guarded(() => foreign.fail(request, error, isTimeout(error)))
        throw error
      }
    }
    pool.acquire = observed
    pool.end = async () => {
      this.#isEnding = true
      const result = await end()
      guarded(() => foreign.end())
      return result
    }
  }

  async #createClient(bare: () => Promise<SlonikConnection>): Promise<SlonikConnection> {
    const foreign = this.#foreign
    if (foreign === undefined) return bare()
    let client: PgClient | undefined
    const connection = await foreign.create(bare, (opened) => {
      client = opened
    })
    guarded(() => {
      if (client) foreign.standsFor(connection.id, client)
      // Before the pool's own listeners, which hand the connection to the next request.
      connection.on('release', () => guarded(() => foreign.release(connection.id)))
      connection.on('destroy', () => {
        guarded(() => {
          foreign.remove(connection.id, this.#isEnding)
          foreign.release(connection.id, true)
        })
      })
    })
    return connection
  }
}

function countsOf(pool: SlonikPool, options: SlonikPoolOptions): PoolCounts {
  const state = pool.state()
  return {
    total: totalOf(state),
    idle: state.idleConnections,
    limit: options.maximumPoolSize,
    idleMinimum: options.minimumPoolSize ?? 0,
  }
}

function totalOf(state: ReturnType<SlonikPool['state']>): number {
  return (
    state.acquiredConnections +
    state.idleConnections +
    state.pendingConnections +
    state.pendingDestroyConnections +
    state.pendingReleaseConnections
  )
}

function pathOf(pool: SlonikPool, options: SlonikPoolOptions): AcquirePath {
  const state = pool.state()
  if (state.idleConnections > 0) return 'idle'
  return totalOf(state) >= options.maximumPoolSize ? 'queue' : 'create'
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout expired'
}
