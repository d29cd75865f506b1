import type { Connection } from './database-target.js'
import type { PoolView } from './pool-view.js'

/**
 * Why a pool gave up a connection: it was idle, old or used for as long as configured (`idle_timeout`, `max_lifetime`,
 * `max_uses`); its holder asked for it (`caller`) or gave it back with an error (`error`, as `pool.query` does after
 * each failure); it was lost while somebody held it (`connection_lost`) or nobody did (`idle_error`); it was found
 * dead when it was looked at (`validation`); the pool has ended (`pool_end`).
 */
export type RemovalReason = (typeof removalReasons)[number]

/** Every {@link RemovalReason}. */
export const removalReasons = [
  'idle_timeout',
  'max_lifetime',
  'max_uses',
  'caller',
  'error',
  'connection_lost',
  'idle_error',
  'validation',
  'pool_end',
] as const

/** A connection that its pool has given up, and is closing. */
export interface ConnectionRemoval {
  readonly pool: PoolView
  readonly connection: Connection
  readonly reason: RemovalReason
}

/** An error of an idle connection, for which no caller waits: the pool emits it as its own. */
export interface PoolFailure {
  readonly pool: PoolView
  readonly error: unknown
}
