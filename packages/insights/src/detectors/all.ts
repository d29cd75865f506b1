import type { InsightsSettings } from '../insights-options.js'
import type { Detector } from './detector.js'
import { DuplicateQuery } from './duplicate-query.js'
import { NPlusOne } from './n-plus-one.js'
import { PoolWait } from './pool-wait.js'
import { RepeatedQuery } from './repeated-query.js'
import { SlowQuery } from './slow-query.js'

/** Every detector, in the order in which they may claim a repeated statement. */
export function createDetectors(settings: InsightsSettings): readonly Detector[] {
  const { nPlusOneThreshold, slowQueryMillis, poolWaitMillis } = settings
  return [
    new NPlusOne(nPlusOneThreshold),
    new DuplicateQuery(),
    new RepeatedQuery(nPlusOneThreshold),
    ...(slowQueryMillis === undefined ? [] : [new SlowQuery(slowQueryMillis)]),
    ...(poolWaitMillis === undefined ? [] : [new PoolWait(poolWaitMillis)]),
  ]
}
