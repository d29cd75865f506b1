import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft } from '../finding.js'
import { slowQueryFix } from '../fix-text.js'
import type { ObservedQuery } from '../observed-query.js'
import { RecentTimes } from '../recent-times.js'
import { roundMillis } from '../round-millis.js'
import type { UnitActivity } from '../unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf } from './repetition.js'

const hourMillis = 3_600_000
const repeatedOffences = 3
const rememberedStatements = 500
/** Slow enough to matter the first time. */
const alarmingMillis = 5_000

/**
 * An execution by the server that took long. Never for time that was not execution: waiting for the pool or for the
 * client, and pauses of a cursor's reader, are in the evidence only. Somebody's spans cannot tell these apart, so
 * that they are never called slow.
 *
 * What blocks the event loop of this process while an answer arrives is not measured apart yet, and counts as execution.
 */
export class SlowQuery implements Detector {
  readonly kind = 'slow_query'
  readonly #thresholdMillis: number
  readonly #offences: RecentTimes = new RecentTimes(hourMillis, repeatedOffences, rememberedStatements)

  constructor(thresholdMillis: number) {
    this.#thresholdMillis = thresholdMillis
  }

  querySettled(query: ObservedQuery, _activity: UnitActivity | undefined, reporter: Reporter): void {
    const { executionMillis } = query
    if (executionMillis === undefined || executionMillis < this.#thresholdMillis) return
    const isRepeated = this.#offences.isFrequent(query.shape.fingerprint, query.settledAt)
    reporter.askCallSite(query, (site) => {
      reporter.open(this.#draft(query, executionMillis, isRepeated, site), query)?.settle()
    })
  }

  #draft(
    query: ObservedQuery,
    millis: number,
    isRepeated: boolean,
    callSite: CallSite | undefined,
  ): FindingDraft {
    const { shape } = query
    return {
      kind: 'slow_query',
      severity: isRepeated || millis >= alarmingMillis ? 'warning' : 'info',
      title: `${nameOf(shape)} took ${Math.round(millis)} ms to execute`,
      evidence: {
        count: 1,
        totalMillis: roundMillis(millis),
        thresholdMillis: this.#thresholdMillis,
        executionMillis: roundMillis(millis),
        poolWaitMillis: roundMillis(query.poolWaitMillis),
        queueMillis: roundMillis(query.queueMillis),
        consumerMillis: roundMillis(query.consumerMillis),
        rows: query.rowCount,
        error: query.errorCode,
      },
      summary: shape.summary,
      fingerprint: shape.fingerprint,
      statement: query.statement,
      namespace: query.target.namespace,
      callSite,
      fix: () => slowQueryFix(query.rowCount),
    }
  }
}
