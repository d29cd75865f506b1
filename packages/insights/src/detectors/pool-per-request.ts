import type { Checkout, DatabaseTarget, PoolView } from '@pgspan/lifecycle'
import { poolPerRequestFix } from '../fixes/pool-fix-text.js'
import { subjectOutside } from '../pools/checkout-subject.js'
import { RecentTimes } from '../units/recent-times.js'
import type { Detector, Reporter } from './detector.js'

const minuteMillis = 60_000
/** An application may have some pools for one database on purpose, all made when it starts. */
const poolsPerMinute = 20
const rememberedTargets = 64

/** Pools that are made again and again for the same database, as in a function that serves a request. */
export class PoolPerRequest implements Detector {
  readonly kind = 'pool_per_request'
  readonly #made: RecentTimes = new RecentTimes(minuteMillis, poolsPerMinute, rememberedTargets)
  /** Made too often, and not asked for a connection yet; that follows at once. */
  #latest: PoolView | undefined = undefined

  poolAppeared(pool: PoolView): void {
    if (this.#made.isFrequent(textOf(pool.target), performance.now())) this.#latest = pool
  }

  checkoutRequested(checkout: Checkout, reporter: Reporter): void {
    const { pool } = checkout
    if (this.#latest !== pool) return
    this.#latest = undefined
    const { namespace } = pool.target
    const sighting = reporter.open(
      {
        kind: 'pool_per_request',
        severity: 'warning',
        title: `${poolsPerMinute} pools and more were made for ${namespace ?? 'one database'} within a minute`,
        evidence: { count: poolsPerMinute },
        summary: namespace ?? '',
        fingerprint: '',
        statement: '',
        namespace,
        callSite: checkout.callSite(),
        fix: poolPerRequestFix,
      },
      subjectOutside(checkout),
    )
    sighting?.settle()
  }
}

function textOf({ address, port, namespace, user }: DatabaseTarget): string {
  return `${address} ${port} ${namespace} ${user}`
}
