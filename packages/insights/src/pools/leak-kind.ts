import type { Checkout, UnitOfWork } from '@pgspan/lifecycle'
import type { Thresholds } from '../thresholds.js'

/** What shows that a checkout was forgotten; see {@link leakKindOf}. */
export type LeakKind = 'idle_in_transaction' | 'inactive' | 'owner_ended'

/** Whoever took a connection may end a little before the connection comes back, or leave something to do after it. */
const graceMillis = 5_000

/** A connection that is out of its pool and whose holder does nothing with it, in milliseconds. */
export function idleMillis(checkout: Checkout, now: number): number {
  return checkout.runningQueries > 0 ? 0 : now - checkout.activeAt
}

/**
 * Why a checkout seems to be forgotten; undefined while it does not. A connection that works is none, however long it
 * takes, and neither is one that is kept on purpose, nor one that the pool takes and returns by itself.
 */
export function leakKindOf(checkout: Checkout, now: number, thresholds: Thresholds): LeakKind | undefined {
  if (checkout.forSingleQuery || checkout.holdReason !== undefined) return undefined
  const idle = idleMillis(checkout, now)
  const threshold = thresholds.of(checkout.unitOfWork)
  const owner = endedOwner(checkout.unitOfWork)
  if (owner !== undefined) {
    const isOver = Math.min(idle, now - owner.endedAt) >= Math.min(graceMillis, threshold)
    return isOver || idle >= threshold ? 'owner_ended' : undefined
  }
  if (idle < threshold) return undefined
  return isInTransaction(checkout) ? 'idle_in_transaction' : 'inactive'
}

export function isInTransaction({ connection }: Checkout): boolean {
  const status = connection?.transactionStatus
  return status === 'open' || status === 'failed'
}

/** A trace that nobody's span follows is given up when it is quiet for long: that is no end. */
function endedOwner(unit: UnitOfWork | undefined): UnitOfWork | undefined {
  return unit?.ended === true && (unit.kind !== 'trace' || unit.rootSpan !== undefined) ? unit : undefined
}
