import type { CallSite, Checkout, PoolView } from '@pgspan/lifecycle'
import type { Thresholds } from '../thresholds.js'
import { idleMillis, isInTransaction, type LeakKind, leakKindOf } from './leak-kind.js'

const maximumCheckouts = 1_000

/**
 * What a connection that somebody has asked for is at: waited for; running a query; in a transaction with nothing
 * running; neither; or kept on purpose, as one that listens.
 */
export type CheckoutState = 'waiting' | 'running' | 'idle_in_transaction' | 'inactive' | 'kept'

/** A connection that is out of its pool, or a request that waits for one. Times are milliseconds. */
export interface LiveCheckout {
  /** The pool's name. */
  readonly pool: string
  readonly state: CheckoutState
  /** Since when it has been held, or waited for. */
  readonly forMillis: number
  /** How long nothing has run on it; 0 while something does, or it is waited for. */
  readonly idleMillis: number
  /** Of the unit of work that asked for it; empty outside any. */
  readonly unit: string
  /** Who asked for it, if that was noted. */
  readonly callSite: CallSite | undefined
  /** The summary of the latest query under it: `UPDATE accounts`. */
  readonly latest: string | undefined
  /** Why it is kept. */
  readonly reason: string | undefined
  /** It seems to be forgotten, and why. */
  readonly leak: LeakKind | undefined
}

/** The oldest first, at most 1,000 of all pools: those that are held before those that wait. */
export function liveCheckouts(
  pools: Iterable<PoolView>,
  now: number,
  thresholds: Thresholds,
): readonly LiveCheckout[] {
  const all = [...pools]
  const checkouts = [...all.flatMap(({ held }) => [...held]), ...all.flatMap(({ waiting }) => [...waiting])]
  return checkouts.slice(0, maximumCheckouts).map((checkout) => describe(checkout, now, thresholds))
}

function describe(checkout: Checkout, now: number, thresholds: Thresholds): LiveCheckout {
  const { acquiredAt, requestedAt, unitOfWork, latestShape, holdReason, pool } = checkout
  const isHeld = acquiredAt !== 0
  return {
    pool: pool.name,
    state: stateOf(checkout),
    forMillis: now - (acquiredAt || requestedAt),
    idleMillis: isHeld ? idleMillis(checkout, now) : 0,
    unit: unitOfWork?.name ?? '',
    callSite: checkout.callSite(),
    latest: latestShape?.summary,
    reason: holdReason,
    leak: isHeld ? leakKindOf(checkout, now, thresholds) : undefined,
  }
}

function stateOf(checkout: Checkout): CheckoutState {
  if (checkout.acquiredAt === 0) return 'waiting'
  if (checkout.runningQueries > 0) return 'running'
  if (checkout.holdReason !== undefined) return 'kept'
  return isInTransaction(checkout) ? 'idle_in_transaction' : 'inactive'
}
