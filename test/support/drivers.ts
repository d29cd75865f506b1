import { createRequire } from 'node:module'
import { join } from 'node:path'
import type pg from 'pg'
import { driversFolder } from './run-child.js'

const requireDriver = createRequire(join(driversFolder, 'package.json'))

/** `pg` over libpq; undefined where pg-native could not be built, for want of libpq's headers or a compiler. */
export function loadNativePg(): typeof pg | undefined {
  try {
    requireDriver('pg-native')
  } catch (error) {
    if (process.env.PGSPAN_REQUIRE_PROGRAMS)
      throw new Error('pg-native cannot be loaded, and PGSPAN_REQUIRE_PROGRAMS is set', { cause: error })
    return undefined
  }
  return (requireDriver('pg') as { native: typeof pg }).native
}

/** The oldest driver that is supported: its clients, and the pool that came with them. */
export function loadOldestDriver(): { readonly Client: typeof pg.Client; readonly Pool: typeof pg.Pool } {
  return { Client: (requireDriver('pg-8.11') as typeof pg).Client, Pool: requireDriver('pg-pool-3.6') }
}

/** The driver of `test/drivers`: a copy of its own, with pg-native beside it. */
export function loadDriverPg(): typeof pg {
  return requireDriver('pg')
}
