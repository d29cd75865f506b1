import { processState, type RemovalReason } from '@pgspan/lifecycle'
import { type ClientState, knownClientState } from './client-state.js'
import { guarded } from './guarded.js'
import type { PgClient, PgPool, PgPoolPrototype } from './pg-shapes.js'
import { isComingBack } from './pool-releases.js'
import { knownPoolState } from './pool-state.js'

/** Tells of every connection that a pool gives up, and why. */
export function patchRemove(prototype: PgPoolPrototype): void {
  const bareRemove = prototype._remove
  if (bareRemove === undefined) return
  prototype._remove = function remove(this: PgPool, ...args: unknown[]): unknown {
    // The pool passes the client first.
    guarded(noteRemoval, this, args[0] as PgClient)
    return bareRemove.apply(this, args)
  }
}

function noteRemoval(pool: PgPool, client: PgClient): void {
  const state = knownClientState(client)
  if (state === undefined) return
  // One that expires while it is idle is taken and given back by the pool itself, and stays among the idle ones.
  const reason = isComingBack(client) ? releaseReason(pool, client, state) : idleReason(pool, client)
  announceRemoval(pool, state, reason)
}

/** Once for each connection that was opened. */
export function announceRemoval(pool: PgPool, state: ClientState, reason: RemovalReason): void {
  const view = knownPoolState(pool)?.view
  if (view === undefined || !state.isOpen) return
  state.isOpen = false
  processState().dispatcher.connectionRemoved({ pool: view, connection: state.connection, reason })
}

function idleReason(pool: PgPool, client: PgClient): RemovalReason {
  if (client._queryable === false) return 'idle_error'
  return pool.ending === true ? 'pool_end' : 'idle_timeout'
}

/** In the order in which the pool looks at a connection that comes back. */
function releaseReason(pool: PgPool, client: PgClient, { releaseError }: ClientState): RemovalReason {
  if (client._queryable === false || isEndOfSession(releaseError)) return 'connection_lost'
  if (releaseError === true) return 'caller'
  if (releaseError) return 'error'
  if (pool.ending === true) return 'pool_end'
  if (client._ending === true) return 'caller'
  return (client._poolUseCount ?? 0) >= (pool.options?.maxUses ?? Number.POSITIVE_INFINITY)
    ? 'max_uses'
    : 'max_lifetime'
}

/** The server's last word: the connection ends right after it. */
function isEndOfSession(error: unknown): boolean {
  return (
    error instanceof Error &&
    'severity' in error &&
    (error.severity === 'FATAL' || error.severity === 'PANIC')
  )
}
