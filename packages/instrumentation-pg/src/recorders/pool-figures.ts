import type { CheckoutList, ServerRole } from '@pgspan/lifecycle'
import type { PoolRecord } from './pool-record.js'

/** The state of one pool, or of all that share a name: zeros if there is none. */
export class PoolFigures {
  used = 0
  idle = 0
  connecting = 0
  limit = 0
  idleMin = 0
  pending = 0
  usedPeak = 0
  pendingPeak = 0
  /** Open connections by the role of their server. */
  readonly roles: Record<ServerRole, number> = { primary: 0, replica: 0 }
  /** Milliseconds. */
  pendingOldest = 0
  holdOldest = 0

  /** Adds what a pool says of itself now. */
  addAll({ view, usedPeak, pendingPeak }: PoolRecord, now: number): void {
    const counts = view.counts()
    if (counts === undefined) return
    this.used += view.used
    this.idle += counts.idle
    this.connecting += Math.max(0, counts.total - counts.idle - view.used)
    this.limit += counts.limit
    this.idleMin += counts.idleMinimum
    this.pending += view.pending
    const { primary, replica } = view.serverRoles()
    this.roles.primary += primary
    this.roles.replica += replica
    this.usedPeak += usedPeak.at(now)
    this.pendingPeak += pendingPeak.at(now)
    this.pendingOldest = Math.max(this.pendingOldest, ageOfOldest(view.waiting, now))
    this.holdOldest = Math.max(this.holdOldest, ageOfOldest(view.held, now))
  }
}

function ageOfOldest({ first }: CheckoutList, now: number): number {
  return first === undefined ? 0 : now - (first.acquiredAt || first.requestedAt)
}
