import type { AcquirePath, DirtyReleaseKind } from '@pgspan/lifecycle'
import { removalReasons } from '@pgspan/lifecycle'
import { BoundedCounts } from './bounded-counts.js'

const releaseKinds: readonly DirtyReleaseKind[] = [
  'in_transaction',
  'failed_transaction',
  'active_query',
  'double',
]

/** What only ever grows: of one pool, or of all pools that have had one name. */
export class PoolTotals {
  /** By path; those that failed are apart. */
  readonly acquires: Record<AcquirePath, number> = { idle: 0, create: 0, queue: 0 }
  /** By path and `error.type`, with a space between. */
  readonly failedAcquires: BoundedCounts = new BoundedCounts()
  timeouts = 0
  opened = 0
  /** By `error.type`, as the pool's errors. */
  readonly openFailures: BoundedCounts = new BoundedCounts()
  readonly errors: BoundedCounts = new BoundedCounts()
  readonly closed: BoundedCounts = new BoundedCounts(removalReasons)
  readonly dirtyReleases: BoundedCounts = new BoundedCounts(releaseKinds)
  /** Milliseconds times connections. */
  inUseMillis = 0
  saturatedMillis = 0

  addAll(other: PoolTotals): void {
    this.acquires.idle += other.acquires.idle
    this.acquires.create += other.acquires.create
    this.acquires.queue += other.acquires.queue
    this.failedAcquires.addAll(other.failedAcquires)
    this.timeouts += other.timeouts
    this.opened += other.opened
    this.openFailures.addAll(other.openFailures)
    this.errors.addAll(other.errors)
    this.closed.addAll(other.closed)
    this.dirtyReleases.addAll(other.dirtyReleases)
    this.inUseMillis += other.inUseMillis
    this.saturatedMillis += other.saturatedMillis
  }
}
