import type { InsightsSettings } from '../insights-options.js'
import type { StatisticsCollector } from '../statistics-collector.js'
import type { Detector } from './detector.js'
import { DuplicateQuery } from './duplicate-query.js'
import { IdleInTransaction } from './idle-in-transaction.js'
import { NPlusOne } from './n-plus-one.js'
import { PoolWait } from './pool-wait.js'
import { QueueWait } from './queue-wait.js'
import { RepeatedQuery } from './repeated-query.js'
import { SlowQuery } from './slow-query.js'
import { SlowTransaction } from './slow-transaction.js'
import { TransactionLeftOpen } from './transaction-left-open.js'

/** Every detector, in the order in which they may claim a repeated statement. */
export function createDetectors(
  settings: InsightsSettings,
  statistics: StatisticsCollector,
): readonly Detector[] {
  const timesOf = (fingerprint: string) => statistics.timesOf(fingerprint)
  return [
    new NPlusOne(settings.nPlusOneThreshold),
    new DuplicateQuery(),
    new RepeatedQuery(settings.nPlusOneThreshold),
    new SlowQuery(settings.slowQueryMillis, settings.slowQueryMillisByStatement, timesOf),
    new PoolWait(settings.poolWaitMillis),
    new QueueWait(settings.queueWaitMillis),
    new SlowTransaction(settings.slowTransactionMillis, settings.idleInTransactionMillis),
    new IdleInTransaction(settings.idleInTransactionMillis),
    new TransactionLeftOpen(),
  ]
}
