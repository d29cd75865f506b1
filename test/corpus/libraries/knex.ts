import knex, { type Knex } from 'knex'
import type { LibrarySetting } from './libraries.js'

export interface KnexShop {
  readonly db: Knex
  readonly close: () => Promise<void>
}

export async function openKnex({ poolMax, connectionString }: LibrarySetting): Promise<KnexShop> {
  const db = knex({
    client: 'pg',
    connection: connectionString,
    pool: { min: 0, max: poolMax },
  })
  return { db, close: () => db.destroy() }
}
