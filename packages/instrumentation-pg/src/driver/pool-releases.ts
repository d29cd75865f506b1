import { type Checkout, type DirtyReleaseKind, processState } from '@pgspan/lifecycle'
import { readCallSite } from './call-site-reader.js'
import { knownClientState } from './client-state.js'
import { guarded } from './guarded.js'
import { PgConnection } from './pg-connection.js'
import {
  activeQueryOf,
  isSubmittable,
  type PgClient,
  type PgPool,
  type PgPoolPrototype,
} from './pg-shapes.js'
import type { OwnFunction } from './stack-frames.js'

/**
 * Makes the function that gives a connection back tell if it is called a second time; the pool throws then, as ever.
 */
export function patchReleaseOnce(prototype: PgPoolPrototype): void {
  const bareReleaseOnce = prototype._releaseOnce
  if (bareReleaseOnce === undefined) return
  prototype._releaseOnce = function releaseOnce(this: PgPool, ...args: unknown[]): unknown {
    const release = bareReleaseOnce.apply(this, args)
    if (typeof release !== 'function') return release
    // The pool passes the client first.
    const client = args[0] as PgClient
    let checkout: Checkout | undefined
    return function released(this: unknown, error?: unknown): unknown {
      const outer = comingBack
      const outerFunction = releasing
      comingBack = client
      releasing = released
      checkout ??= knownClientState(client)?.checkout
      try {
        return release.call(this, error)
      } catch (thrown) {
        if (checkout?.releasedAt) tell(checkout, 'double')
        throw thrown
      } finally {
        comingBack = outer
        releasing = outerFunction
      }
    }
  }
}

// The connection that is being given back, and the function of ours that its holder has called for that.
let comingBack: PgClient | undefined
let releasing: OwnFunction | undefined

/** True while the pool takes back this connection: what it decides now, it decides for that reason. */
export function isComingBack(client: PgClient): boolean {
  return comingBack === client
}

/** To be called when a connection comes back that others will use next, before its checkout is over. */
export function noteRelease(checkout: Checkout, client: PgClient): void {
  const kind = kindOf(checkout, client)
  if (kind !== undefined) tell(checkout, kind)
}

function kindOf(
  { connection, runningQueries, hasLatestFailed }: Checkout,
  client: PgClient,
): DirtyReleaseKind | undefined {
  if (runningQueries > 1 || (runningQueries === 1 && !isClosing(activeQueryOf(client)))) return 'active_query'
  const status = connection instanceof PgConnection ? connection.statusOf(client) : undefined
  // The caller hears of a failure before the server has said what became of the transaction.
  if (status === 'open') return hasLatestFailed ? 'failed_transaction' : 'in_transaction'
  return status === 'failed' ? 'failed_transaction' : undefined
}

/** A cursor or a stream that was read to its end, or closed: the server is about to say so. */
function isClosing(query: unknown): boolean {
  return isSubmittable(query) && (query.cursor ?? query).state === 'done'
}

function tell(checkout: Checkout, kind: DirtyReleaseKind): void {
  guarded(() => {
    const callSite = releasing === undefined ? undefined : readCallSite(releasing)
    processState().dispatcher.releasedDirty({ checkout, kind, callSite })
  })
}
