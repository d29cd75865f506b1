import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { loadNativePg } from '../support/drivers.js'
import { Random } from '../support/random.js'
import { inSpan } from '../support/start-trace.js'
import { type Id, Identifiers } from './identifiers.js'
import { type LatencyProxy, startLatencyProxy } from './latency-proxy.js'
import { type Bookshop, seedBookshop } from './libraries/bookshop.js'
import { Libraries } from './libraries/libraries.js'
import { Seeder } from './seeder.js'
import { Units } from './units.js'
import type { Variant } from './variant.js'

/** What scenarios run in: a database with rows, a pool, libraries on it, and units of work. */
export class World {
  readonly variant: Variant
  /** How many items lists have. */
  readonly n: number
  readonly random: Random
  /** The application's pool. */
  readonly pool: pg.Pool
  /** Rows that are there in every world; scenarios only read them. */
  readonly bookshop: Bookshop
  /** Data layers on the bookshop. */
  readonly libraries: Libraries
  readonly connectionString: string
  readonly #admin: pg.Client
  readonly #identifiers: Identifiers
  readonly #units: Units
  readonly #proxy: LatencyProxy | undefined

  private constructor(
    variant: Variant,
    admin: pg.Client,
    identifiers: Identifiers,
    random: Random,
    bookshop: Bookshop,
    connectionString: string,
    proxy: LatencyProxy | undefined,
  ) {
    this.variant = variant
    this.n = variant.n
    this.random = random
    this.bookshop = bookshop
    this.connectionString = connectionString
    this.#admin = admin
    this.#identifiers = identifiers
    this.#proxy = proxy
    this.#units = new Units(variant.unit)
    this.pool = makePool(variant, connectionString)
    this.libraries = new Libraries(variant, connectionString, this.pool)
  }

  /** @param database a fresh one. */
  static async open(variant: Variant, database: string): Promise<World> {
    const random = new Random(variant.seed)
    const identifiers = new Identifiers(variant.idType, variant.idRange, random)
    const admin = new pg.Client({ connectionString: database })
    await admin.connect()
    const bookshop = await seedBookshop(new Seeder(admin, identifiers, random, variant.n))
    const url = new URL(database)
    let proxy: LatencyProxy | undefined
    if (variant.latencyMillis > 0) {
      proxy = await startLatencyProxy(url.hostname, Number(url.port), variant.latencyMillis)
      url.hostname = '127.0.0.1'
      url.port = String(proxy.port)
    }
    return new World(variant, admin, identifiers, random, bookshop, url.href, proxy)
  }

  /** For a scenario's own tables. */
  seeder(): Seeder {
    return new Seeder(this.#admin, this.#identifiers, this.random, this.n)
  }

  /** Runs `work` as one request or job of this name; what it throws is thrown. */
  unit<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.#units.run(name, work)
  }

  /** A span below the active one, where the variant has spans. */
  span<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.variant.unit === 'trace' ? inSpan(name, work) : work()
  }

  sleep(millis: number): Promise<void> {
    return delay(millis)
  }

  /** A further pool of the application's; the caller ends it. */
  anotherPool(options: pg.PoolConfig = {}): pg.Pool {
    return makePool(this.variant, this.connectionString, options)
  }

  /** Runs SQL that nobody observes, to set up what happened before. */
  async behindTheScenes(sql: string): Promise<void> {
    await this.#admin.query(sql)
  }

  /** Ids that no table has. */
  freshIds(count: number): Id[] {
    return this.#identifiers.make(count, 'new', 1_000_000)
  }

  async close(): Promise<void> {
    await this.libraries.close()
    await this.pool.end()
    await this.#units.close()
    await this.#admin.end()
    await this.#proxy?.close()
  }
}

function makePool(variant: Variant, connectionString: string, options: pg.PoolConfig = {}): pg.Pool {
  const config = { connectionString, max: variant.poolMax, ...options }
  if (variant.driver === 'pipeline') return new pg.Pool({ ...config, pipeline: true } as pg.PoolConfig)
  if (variant.driver === 'pg') return new pg.Pool(config)
  const native = loadNativePg()
  if (native === undefined) throw new Error('pg-native cannot be loaded')
  return new native.Pool(config)
}
