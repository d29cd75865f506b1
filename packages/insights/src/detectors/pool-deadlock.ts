import type { Checkout, PoolView } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { placesText } from '../fixes/place-text.js'
import { deadlockFix, stalledPoolFix } from '../fixes/pool-fix-text.js'
import { subjectOutside } from '../pools/checkout-subject.js'
import type { PoolTroubles } from '../pools/pool-troubles.js'
import { roundMillis } from '../round-millis.js'
import type { Detector, Reporter } from './detector.js'

/** Holders that did nothing for this long do not only pause between two queries. */
const quietMillis = 300
/** Where nobody can tell for what the holders wait. */
const stalledMillis = 10_000
const maximumWaiting = 200

/**
 * Pools in which nothing can go on: every connection is held, no holder has a query at the server, and every one of
 * them waits for a connection of these pools itself. Reported while it lasts, once each time.
 *
 * Where it cannot be told for what the holders wait, it takes ten seconds in which nothing moves, and is no more than a
 * warning.
 */
export class PoolDeadlock implements Detector {
  readonly kind = 'pool_deadlock'
  readonly #troubles: PoolTroubles
  /** Pools that were reported and have not moved since. */
  #reported: WeakSet<PoolView> = new WeakSet()

  constructor(troubles: PoolTroubles) {
    this.#troubles = troubles
  }

  poolsSeen(pools: readonly PoolView[], now: number, reporter: Reporter): void {
    const stuck = new Set(pools.filter((pool) => isStuck(pool, now)))
    for (const pool of pools) if (!stuck.has(pool)) this.#reported.delete(pool)
    if (stuck.size === 0) return
    const locked = deadlocked(stuck)
    for (const pool of stuck) {
      if (this.#reported.has(pool)) continue
      if (locked.has(pool)) this.#report(pool, now, true, reporter)
      else if (quietSince(pool) <= now - stalledMillis) this.#report(pool, now, false, reporter)
    }
  }

  poolEnded(pool: PoolView): void {
    this.#reported.delete(pool)
  }

  #report(pool: PoolView, now: number, isProven: boolean, reporter: Reporter): void {
    const [first] = pool.waiting
    if (first === undefined) return
    this.#reported.add(pool)
    pool.suspect(now)
    const sighting = reporter.open(draftOf(pool, now, isProven), subjectOutside(first))
    if (sighting === undefined) return
    if (isProven) this.#troubles.deadlocked(pool.name)
    sighting.settle()
  }
}

/** Full, nobody at work, somebody waits. */
function isStuck(pool: PoolView, now: number): boolean {
  const { held, waiting, used } = pool
  if (waiting.size === 0 || held.size === 0 || held.size < used) return false
  const limit = pool.counts()?.limit
  if (limit === undefined || held.size < limit) return false
  for (const { runningQueries } of held) if (runningQueries > 0) return false
  return quietSince(pool) <= now - quietMillis
}

function quietSince({ held }: PoolView): number {
  let since = 0
  for (const { activeAt } of held) since = Math.max(since, activeAt)
  return since
}

/** Of pools that are stuck, those whose holders all wait for one of them. */
function deadlocked(stuck: ReadonlySet<PoolView>): ReadonlySet<PoolView> {
  const locked = new Set(stuck)
  for (let before = -1; before !== locked.size; ) {
    before = locked.size
    const waiting = [...locked].flatMap((pool) => [...pool.waiting].slice(0, maximumWaiting))
    for (const pool of locked) {
      const allWait = [...pool.held].every((holder) => waiting.some((waiter) => isWaiting(holder, waiter)))
      if (!allWait) locked.delete(pool)
    }
  }
  return locked
}

function isWaiting(holder: Checkout, waiter: Checkout): boolean {
  if (holder.unitOfWork !== waiter.unitOfWork || holder.acquiredAt > waiter.requestedAt) return false
  return waiter.wasAskedForWithin(holder) ?? holder.unitOfWork !== undefined
}

function draftOf(pool: PoolView, now: number, isProven: boolean): FindingDraft {
  const held = [...pool.held]
  const waiting = [...pool.waiting].slice(0, maximumWaiting)
  const callSite = held.map((checkout) => checkout.callSite()).find((site) => site !== undefined)
  return {
    kind: 'pool_deadlock',
    severity: isProven ? 'critical' : 'warning',
    title: isProven
      ? `Pool ${pool.name} is deadlocked: all ${held.length} connections are held by code that waits for another one`
      : `Nothing moves in pool ${pool.name}: all ${held.length} connections are held, nobody works with them, and others wait`,
    evidence: {
      count: held.length,
      waiting: pool.waiting.size,
      stuckMillis: roundMillis(now - quietSince(pool)),
      proven: isProven,
      holders: placesText(held.map((checkout) => checkout.callSite())),
      waiters: placesText(waiting.map((checkout) => checkout.callSite())),
    },
    summary: pool.name,
    fingerprint: '',
    statement: '',
    namespace: pool.target.namespace,
    callSite,
    fix: isProven ? deadlockFix : stalledPoolFix,
  }
}
