import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { slowTransactionFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedTransaction } from '../units/observed-transaction.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const hourMillis = 3_600_000
const repeatedOffences = 3
const rememberedTransactions = 500
/** Long enough to matter the first time. */
const alarmingMillis = 5_000
/** Above this share of waiting for the application it is idle rather than slow. */
const idleShare = 0.5

/** A transaction that was open for long, most of it for the work of the server: what it locks, others wait for. */
export class SlowTransaction implements Detector {
  readonly kind = 'slow_transaction'
  readonly #thresholds: Thresholds
  readonly #idleThresholds: Thresholds
  readonly #offences: RecentTimes = new RecentTimes(hourMillis, repeatedOffences, rememberedTransactions)

  /** @param idleThresholds from where on a transaction that waits is reported as idle instead. */
  constructor(thresholds: Thresholds, idleThresholds: Thresholds) {
    this.#thresholds = thresholds
    this.#idleThresholds = idleThresholds
  }

  transactionEnded(
    transaction: ObservedTransaction,
    activity: UnitActivity | undefined,
    reporter: Reporter,
  ): void {
    const { durationMillis, pausedMillis, first, last, unit } = transaction
    if (first === undefined || last === undefined || durationMillis < this.#thresholds.of(unit)) return
    if (activity?.isMigration) return
    const isIdle = pausedMillis >= durationMillis * idleShare
    if (isIdle && pausedMillis >= this.#idleThresholds.of(unit)) return
    const isRepeated = this.#offences.isFrequent(
      `${unit?.name} ${first.shape.fingerprint}`,
      transaction.endedAt,
    )
    reporter.askCallSite(last, (site) => {
      const draft = draftOf(transaction, nameOf(first.shape), isRepeated, site)
      reporter.open({ ...draft, ...statementDraft(first) }, transaction)?.settle()
    })
  }
}

function draftOf(
  transaction: ObservedTransaction,
  name: string,
  isRepeated: boolean,
  callSite: CallSite | undefined,
): Omit<FindingDraft, 'summary' | 'fingerprint' | 'statement' | 'namespace'> {
  const { durationMillis, statements, executionMillis, pausedMillis, end } = transaction
  const more = statements === 1 ? '' : ` and ${statements - 1} more`
  return {
    kind: 'slow_transaction',
    severity: isRepeated || durationMillis >= alarmingMillis ? 'warning' : 'info',
    title: `The transaction of ${name}${more} was open for ${Math.round(durationMillis)} ms`,
    evidence: {
      count: 1,
      totalMillis: roundMillis(durationMillis),
      statements,
      executionMillis: roundMillis(executionMillis),
      idleMillis: roundMillis(pausedMillis),
      outcome: end,
    },
    callSite,
    fix: slowTransactionFix,
  }
}
