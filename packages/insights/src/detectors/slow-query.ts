import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { slowQueryFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { QuantileSketch } from '../statistics/quantile-sketch.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const hourMillis = 3_600_000
const repeatedOffences = 3
const rememberedStatements = 500
/** Slow enough to matter the first time. */
const alarmingMillis = 5_000
/** So many executions tell what is usual for a statement. */
const leastHistory = 50
/** Far slower than usual is so many times as slow as all but one in twenty. */
const unusualFactor = 5
/** It takes this share of the threshold. */
const unusualShare = 0.5

interface Offence {
  readonly millis: number
  readonly thresholdMillis: number
  /** Undefined if it was slow by the plain threshold. */
  readonly usualMillis: number | undefined
}

/**
 * An execution by the server that took long, or far longer than the same statement usually does. Never for time that
 * was not execution: waiting for the pool or for the client, pauses of a cursor's reader, and the event loop being
 * blocked, are in the evidence only. Somebody's spans cannot tell these apart, so that they are never called slow.
 */
export class SlowQuery implements Detector {
  readonly kind = 'slow_query'
  readonly unusualMillis: number
  readonly #thresholds: Thresholds
  readonly #byStatement: ReadonlyMap<string, number>
  readonly #historyOf: (fingerprint: string) => QuantileSketch | undefined
  readonly #offences: RecentTimes = new RecentTimes(hourMillis, repeatedOffences, rememberedStatements)

  /** @param historyOf the execution times of a statement so far, as far as anybody keeps them. */
  constructor(
    thresholds: Thresholds,
    byStatement: ReadonlyMap<string, number>,
    historyOf: (fingerprint: string) => QuantileSketch | undefined,
  ) {
    this.#thresholds = thresholds
    this.#byStatement = byStatement
    this.#historyOf = historyOf
    this.unusualMillis = Math.min(thresholds.least * unusualShare, ...byStatement.values())
  }

  unusualSettled(query: ObservedQuery, _activity: UnitActivity | undefined, reporter: Reporter): void {
    const { executionMillis } = query
    if (executionMillis === undefined || executionMillis < this.unusualMillis) return
    const offence = this.#judge(query, executionMillis - query.stallMillis)
    if (offence === undefined) return
    const isRepeated = this.#offences.isFrequent(query.shape.fingerprint, query.settledAt)
    reporter.askCallSite(query, (site) => {
      reporter.open(draftOf(query, offence, isRepeated, site), query)?.settle()
    })
  }

  #judge({ shape, unit }: ObservedQuery, millis: number): Offence | undefined {
    const own = this.#byStatement.get(shape.summary) ?? this.#byStatement.get(shape.fingerprint)
    const thresholdMillis = own ?? this.#thresholds.of(unit)
    if (millis >= thresholdMillis) return { millis, thresholdMillis, usualMillis: undefined }
    if (own !== undefined || millis < thresholdMillis * unusualShare) return undefined
    const history = this.#historyOf(shape.fingerprint)
    if (history === undefined || history.count < leastHistory) return undefined
    const usualMillis = history.quantile(0.95)
    return millis > unusualFactor * usualMillis ? { millis, thresholdMillis, usualMillis } : undefined
  }
}

function draftOf(
  query: ObservedQuery,
  { millis, thresholdMillis, usualMillis }: Offence,
  isRepeated: boolean,
  callSite: CallSite | undefined,
): FindingDraft {
  const usually = usualMillis === undefined ? '' : `, usually ${readable(usualMillis)} ms at most`
  return {
    kind: 'slow_query',
    severity: isRepeated || millis >= alarmingMillis ? 'warning' : 'info',
    title: `${nameOf(query.shape)} took ${Math.round(millis)} ms to execute${usually}`,
    evidence: {
      count: 1,
      totalMillis: roundMillis(millis),
      thresholdMillis,
      ...(usualMillis !== undefined && { usualMillis: roundMillis(usualMillis) }),
      executionMillis: roundMillis(millis),
      stallMillis: roundMillis(query.stallMillis),
      poolWaitMillis: roundMillis(query.poolWaitMillis),
      queueMillis: roundMillis(query.queueMillis),
      consumerMillis: roundMillis(query.consumerMillis),
      rows: query.rowCount,
      error: query.errorCode,
    },
    ...statementDraft(query),
    callSite,
    fix: () => slowQueryFix(query.rowCount),
  }
}

function readable(millis: number): string {
  return millis < 10 ? millis.toFixed(1) : String(Math.round(millis))
}
