import type { InsightsSettings } from '../insights-options.js'
import type { PoolTroubles } from '../pools/pool-troubles.js'
import type { StatisticsCollector } from '../statistics/statistics-collector.js'
import { AutocommitLoop } from './autocommit-loop.js'
import { Chatty } from './chatty.js'
import { ConstantFanout } from './constant-fanout.js'
import { ContextLoss } from './context-loss.js'
import type { Detector } from './detector.js'
import { DuplicateQuery } from './duplicate-query.js'
import { IdleInTransaction } from './idle-in-transaction.js'
import { LargeResult } from './large-result.js'
import { NPlusOne } from './n-plus-one.js'
import { PoolWait } from './pool-wait.js'
import { createPoolDetectors } from './pools.js'
import { QueueWait } from './queue-wait.js'
import { RefusedWrite } from './refused-write.js'
import { RepeatedQuery } from './repeated-query.js'
import { SequentialIndependent } from './sequential-independent.js'
import { SlowQuery } from './slow-query.js'
import { SlowTransaction } from './slow-transaction.js'
import { TransactionLeftOpen } from './transaction-left-open.js'
import { UnboundedSelect } from './unbounded-select.js'
import { WriteLoop } from './write-loop.js'
import { ZeroRowWrite } from './zero-row-write.js'

/** Every detector, in the order in which they may claim a repeated statement. */
export function createDetectors(
  settings: InsightsSettings,
  statistics: StatisticsCollector,
  troubles: PoolTroubles,
): readonly Detector[] {
  return [
    new ConstantFanout(settings.nPlusOneThreshold),
    new NPlusOne(settings.nPlusOneThreshold),
    new DuplicateQuery(),
    new RepeatedQuery(settings.nPlusOneThreshold),
    new WriteLoop(settings.writeLoopThreshold),
    new AutocommitLoop(settings.writeLoopThreshold),
    new ZeroRowWrite(),
    new RefusedWrite(),
    new SlowQuery(settings.slowQueryMillis, settings.slowQueryMillisByStatement, (fingerprint) =>
      statistics.timesOf(fingerprint),
    ),
    new LargeResult(settings.largeResultRows, settings.largeResultBytes),
    new UnboundedSelect(),
    new SequentialIndependent(),
    new Chatty(settings.chattyQueries, (unitName) => statistics.sizesOf(unitName)),
    new QueueWait(settings.queueWaitMillis),
    new PoolWait(settings.poolWaitMillis),
    new SlowTransaction(settings.slowTransactionMillis, settings.idleInTransactionMillis),
    new IdleInTransaction(settings.idleInTransactionMillis),
    new TransactionLeftOpen(),
    new ContextLoss(),
    ...createPoolDetectors(settings, troubles),
  ]
}
