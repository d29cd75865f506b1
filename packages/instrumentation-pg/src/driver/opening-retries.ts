import type { OpeningRetry } from '@pgspan/lifecycle'
import { type ControllablePool, overrideMethod, requeue } from './controllable-pool.js'
import { guarded } from './guarded.js'
import type { PgPendingItem } from './pg-shapes.js'

interface Tries {
  readonly startedAt: number
  failed: number
}

/**
 * Opens a connection again for a request whose opening failed, within the time that the pool gives a request. Returns
 * how to stop.
 */
export function retryOpenings(pool: ControllablePool, rule: OpeningRetry): () => void {
  const bareNewClient = pool.newClient
  const tries: WeakMap<PgPendingItem, Tries> = new WeakMap()
  return overrideMethod(pool, 'newClient', function newClient(this: ControllablePool, pendingItem) {
    const known = tries.get(pendingItem)
    const own = known ?? { startedAt: performance.now(), failed: 0 }
    if (known === undefined) tries.set(pendingItem, own)
    bareNewClient.call(this, {
      get timedOut() {
        return pendingItem.timedOut === true
      },
      callback: (error, client, release) => {
        const pause = error ? guarded(() => pauseOf(pool, rule, own, error)) : undefined
        if (pause === undefined) return pendingItem.callback(error, client, release)
        waitAndRequeue(pool, pendingItem, own, pause, error)
        return undefined
      },
    })
  })
}

function pauseOf(
  pool: ControllablePool,
  rule: OpeningRetry,
  tries: Tries,
  error: unknown,
): number | undefined {
  if (pool.ending) return undefined
  const pause = rule.pauseAfter(error, ++tries.failed)
  const isInTime = pause !== undefined && pause < remainingMillis(pool, tries)
  return isInTime ? pause : undefined
}

function remainingMillis(pool: ControllablePool, { startedAt }: Tries): number {
  const limit = pool.options?.connectionTimeoutMillis
  return limit ? limit - (performance.now() - startedAt) : Number.POSITIVE_INFINITY
}

/** Its pause keeps the process: the application waits for the answer. */
function waitAndRequeue(
  pool: ControllablePool,
  pendingItem: PgPendingItem,
  tries: Tries,
  pause: number,
  error: unknown,
): void {
  setTimeout(() => {
    requeue(pool, pendingItem)
    const remaining = remainingMillis(pool, tries)
    const isWaiting = (): boolean => pool._pendingQueue.includes(pendingItem)
    // The pool has no timer for a request that found a place at first.
    if (remaining === Number.POSITIVE_INFINITY || !isWaiting()) return
    setTimeout(() => {
      if (!isWaiting() || pendingItem.timedOut) return
      pool._pendingQueue.splice(pool._pendingQueue.indexOf(pendingItem), 1)
      pendingItem.callback(error, undefined, () => {})
    }, remaining).unref()
  }, pause)
}
