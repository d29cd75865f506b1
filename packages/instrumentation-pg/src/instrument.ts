import { processState } from '@pgspan/lifecycle'
import { announceClient } from './driver/client-state.js'
import { type PgClient, type PgPool, prototypeWith } from './driver/pg-shapes.js'
import { patchClientPrototype, patchPoolPrototype } from './driver/pg-source.js'
import { announcePool, namePool } from './driver/pool-state.js'
import {
  announceSequelizePool,
  patchSequelizePool,
  type SequelizePool,
  sequelizePoolPrototypeOf,
} from './driver/sequelize-pool-source.js'
import { announceTarnPool, patchTarnPool, type TarnPool, tarnPrototypeOf } from './driver/tarn-source.js'

/**
 * Observes a driver that module hooks do not see: one inside a bundle, one that was loaded before.
 *
 * Takes `pg`, its ESM namespace, `pg.native`, or any other module with a `Client` class or a `Pool` class of their
 * shape. Applies to all clients and pools of these classes, those that are there included. Whatever instrumentation
 * is registered in the process, before or after, gets their events.
 *
 * Patches once, however often it is called; a call costs microseconds.
 *
 * @returns the module that it was given.
 * @throws TypeError for anything else.
 */
export function instrumentPg<Module extends object>(pg: Module): Module {
  const { Client, Pool } = classesOf(pg)
  const client = Client && prototypeWith(Client.prototype, ['query', 'connect'])
  const pool = Pool && prototypeWith(Pool.prototype, ['query', 'connect', 'end'])
  if (client === undefined && pool === undefined) {
    throw new TypeError(
      `instrumentPg: a module with the class Client or Pool of pg was expected, got ${shown(pg)}`,
    )
  }
  if (client) patchClientPrototype(client)
  if (pool) patchPoolPrototype(pool)
  processState().patchedDrivers.add('pg (instrumentPg)')
  return pg
}

/** Of {@link instrumentPool}. */
export interface PoolOptions {
  /**
   * The pool's name on metrics and in findings: the same in every process, for few pools. For pools of pg-pool's shape
   * that were not used yet; `name#2` if another has it.
   *
   * @defaultValue the name of the database
   */
  readonly name?: string
}

/**
 * Observes the class of a pool, and of its clients: `pg.Pool`, `pg-pool`, Neon's pool, one inside a bundle; tarn's
 * (`knex.client.pool`) and sequelize-pool's. It may be in use: connections that are out count as used until they
 * come back.
 *
 * The pool's figures are there from now on, under the target of its connections, or of its options while it has none.
 * Patches once, however often it is called.
 *
 * @returns the pool that it was given.
 * @throws TypeError for anything without the methods `query`, `connect` and `end` and the counts of pg-pool, or the
 * methods of the other pools; and for a name that is no text.
 */
export function instrumentPool<Pool extends object>(pool: Pool, { name }: PoolOptions = {}): Pool {
  if (name !== undefined && (typeof name !== 'string' || !/^.{1,64}$/.test(name))) {
    throw new TypeError('instrumentPool: name must be a text of 1 to 64 characters')
  }
  if (instrumentForeignPool(pool)) return pool
  const prototype = prototypeWith(pool, ['query', 'connect', 'end'])
  // Slonik's pools have these methods, too, with other arguments, and no counts.
  if (prototype === undefined || typeof Reflect.get(pool, 'totalCount') !== 'number') {
    throw new TypeError(
      `instrumentPool: a pool with the methods query, connect and end was expected, got ${shown(pool)}`,
    )
  }
  patchPoolPrototype(prototype)
  // The methods were found; whatever else there is of pg-pool's shape is optional.
  const pgPool = pool as unknown as PgPool
  const clients = [asClass(pgPool.Client)?.prototype, ...(pgPool._clients ?? [])]
  for (const client of clients) {
    const clientPrototype = client && prototypeWith(client, ['query', 'connect'])
    if (clientPrototype) patchClientPrototype(clientPrototype)
  }
  if (name !== undefined) namePool(pgPool, name)
  announcePool(pgPool)
  processState().patchedDrivers.add('pg-pool (instrumentPool)')
  return pool
}

/**
 * Observes the class of a client, connected or not: `pg.Client`, Neon's, one inside a bundle. Queries that are
 * running at the moment are not seen. Patches once, however often it is called.
 *
 * @returns the client that it was given.
 * @throws TypeError for anything without the methods `query` and `connect`.
 */
export function instrumentClient<Client extends object>(client: Client): Client {
  const prototype = prototypeWith(client, ['query', 'connect'])
  if (prototype === undefined) {
    throw new TypeError(
      `instrumentClient: a client with the methods query and connect was expected, got ${shown(client)}`,
    )
  }
  patchClientPrototype(prototype)
  announceClient(client as unknown as PgClient)
  processState().patchedDrivers.add('pg (instrumentClient)')
  return client
}

/** The pools of libraries, which hold clients of pg. False if it is none that is known. */
function instrumentForeignPool(pool: unknown): boolean {
  if (!isObject(pool)) return false
  const tarn = tarnPrototypeOf(pool)
  const sequelize = sequelizePoolPrototypeOf(pool)
  if (tarn !== undefined) {
    patchTarnPool(tarn)
    // The methods were found; the rest of the shape is optional.
    announceTarnPool(pool as TarnPool)
  } else if (sequelize !== undefined) {
    patchSequelizePool(sequelize)
    announceSequelizePool(pool as SequelizePool)
  } else return false
  processState().patchedDrivers.add('pool of a library (instrumentPool)')
  return true
}

interface DriverClass {
  readonly prototype: object
}

/** Of a module, of its ESM namespace, or of a namespace's default. */
function classesOf(pg: unknown): { Client: DriverClass | undefined; Pool: DriverClass | undefined } {
  const module = isObject(pg) && !('Client' in pg || 'Pool' in pg) && 'default' in pg ? pg.default : pg
  if (!isObject(module)) return { Client: undefined, Pool: undefined }
  const { Client, Pool } = module as { Client?: unknown; Pool?: unknown }
  return { Client: asClass(Client), Pool: asClass(Pool) }
}

function asClass(value: unknown): DriverClass | undefined {
  return typeof value === 'function' && isObject(value.prototype) ? { prototype: value.prototype } : undefined
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** What it is, never what it holds: a module's or a client's fields are nobody's business here. */
function shown(value: unknown): string {
  return value === null ? 'null' : typeof value
}
