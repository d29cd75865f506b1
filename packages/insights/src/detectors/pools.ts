import type { InsightsSettings } from '../insights-options.js'
import type { PoolTroubles } from '../pools/pool-troubles.js'
import type { Detector } from './detector.js'
import { DirtyRelease } from './dirty-release.js'
import { LeakedCheckout } from './leaked-checkout.js'
import { NestedAcquire } from './nested-acquire.js'
import { PoolDeadlock } from './pool-deadlock.js'
import { PoolPerRequest } from './pool-per-request.js'

/** Those that look at pools and at who holds their connections. */
export function createPoolDetectors(settings: InsightsSettings, troubles: PoolTroubles): readonly Detector[] {
  return [
    new LeakedCheckout(settings.leakedCheckoutMillis, troubles),
    new NestedAcquire(),
    new PoolDeadlock(troubles),
    new DirtyRelease(),
    new PoolPerRequest(),
  ]
}
