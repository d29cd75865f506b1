import type { World } from '../../world.js'

/** Asks the application's pool. */
export async function rowsOf(world: World, sql: string, values: unknown[] = []) {
  return (await world.pool.query(sql, values)).rows
}

/** A scenario that goes through a number of items of its own. */
export const fixed = { isFixedSize: true } as const
/** One that writes, too, or is about time. */
export const alone = { isFixedSize: true, runsAlone: true } as const
/** What must not be said of code that does as it should. */
export const repetitions = ['n_plus_one', 'duplicate_query', 'write_loop', 'autocommit_loop'] as const
