import type pg from 'pg'
import type { Variant } from '../variant.js'
import { type DrizzleShop, openDrizzle } from './drizzle.js'
import { type KnexShop, openKnex } from './knex.js'
import { type KyselyShop, openKysely } from './kysely.js'
import { type MikroShop, openMikro } from './mikro-orm.js'
import { openPrisma, type PrismaShop } from './prisma.js'
import { openSequelize, type SequelizeShop } from './sequelize.js'
import { openTypeorm, type TypeormShop } from './typeorm.js'

/** Where a library finds the bookshop. */
export interface LibrarySetting {
  readonly variant: Variant
  readonly connectionString: string
  /** For libraries that have a pool of their own. */
  readonly poolMax: number
  /** For libraries that take the application's pool. */
  readonly pool: pg.Pool
}

interface Opened {
  readonly close: () => Promise<void>
}

/** Data layers on the bookshop, each opened once and when it is first asked for. */
export class Libraries {
  readonly #setting: LibrarySetting
  readonly #opened: Map<string, Promise<Opened>> = new Map()

  constructor(variant: Variant, connectionString: string, pool: pg.Pool) {
    // Together they must stay below what the server admits.
    this.#setting = { variant, connectionString, pool, poolMax: Math.min(variant.poolMax, 8) }
  }

  drizzle(): Promise<DrizzleShop> {
    return this.#open('drizzle', openDrizzle)
  }
  kysely(): Promise<KyselyShop> {
    return this.#open('kysely', openKysely)
  }
  knex(): Promise<KnexShop> {
    return this.#open('knex', openKnex)
  }
  sequelize(): Promise<SequelizeShop> {
    return this.#open('sequelize', openSequelize)
  }
  typeorm(): Promise<TypeormShop> {
    return this.#open('typeorm', openTypeorm)
  }
  mikro(): Promise<MikroShop> {
    return this.#open('mikro', openMikro)
  }
  prisma(): Promise<PrismaShop> {
    return this.#open('prisma', openPrisma)
  }

  async close(): Promise<void> {
    for (const library of this.#opened.values()) await (await library).close()
  }

  #open<Library extends Opened>(
    name: string,
    open: (setting: LibrarySetting) => Promise<Library>,
  ): Promise<Library> {
    const opened = this.#opened.get(name) ?? open(this.#setting)
    this.#opened.set(name, opened)
    // The map holds under each name what its function opened.
    return opened as Promise<Library>
  }
}
