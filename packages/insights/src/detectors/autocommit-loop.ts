import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../findings/finding.js'
import { autocommitFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import { servesMessage } from '../units/kind-of-work.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { ObservedTransaction } from '../units/observed-transaction.js'
import { PerUnit } from '../units/per-unit.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, nextCheckAfter, statementDraft } from './repetition.js'

/** A larger transaction is one for its own sake. */
const mostStatements = 2
/** Longer pauses in between are those of polling or of a person. */
const burstPauseMillis = 250

/** The short transactions of one unit of work that begin with the same statement. */
class ShortTransactions {
  count = 0
  statements = 0
  totalMillis = 0
  commitMillis = 0
  latest: ObservedTransaction
  readonly first: ObservedQuery
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  nextCheck: number

  constructor(first: ObservedQuery, transaction: ObservedTransaction, threshold: number) {
    this.first = first
    this.latest = transaction
    this.nextCheck = threshold
  }

  add(transaction: ObservedTransaction): void {
    if (transaction.startedAt - this.latest.endedAt > burstPauseMillis) this.count = 0
    this.latest = transaction
    this.count++
    this.statements += transaction.statements
    this.totalMillis += transaction.durationMillis
    this.commitMillis += transaction.last?.executionMillis ?? 0
  }
}

/**
 * A loop in which each item has a transaction of one or two statements of its own: each is one more write to the disk
 * that the server waits for. Always an information, because it may be meant that one item's failure leaves the others.
 *
 * None are transactions that lock rows or take settings, that only read, or of a unit that serves a message.
 */
export class AutocommitLoop implements Detector {
  readonly kind = 'autocommit_loop'
  readonly #thresholds: Thresholds
  readonly #transactions: PerUnit<ShortTransactions> = new PerUnit()

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  transactionEnded(
    transaction: ObservedTransaction,
    activity: UnitActivity | undefined,
    reporter: Reporter,
  ): void {
    const { end, first, last, statements, writes, isDeliberate, unit } = transaction
    if (end !== 'committed' || isDeliberate || writes === 0 || statements > mostStatements) return
    if (first === undefined || last === undefined || activity === undefined) return
    if (activity.isMigration || servesMessage(unit)) return
    const short = this.#transactions.of(activity, first.shape.fingerprint, () => {
      return new ShortTransactions(first, transaction, this.#thresholds.of(unit))
    })
    short.add(transaction)
    if (short.count < short.nextCheck) return
    short.nextCheck = nextCheckAfter(short.count)
    if (short.sighting !== undefined) short.sighting.update(draftOf(short))
    else {
      reporter.askRepeatedCallSite(last, (site) => {
        short.callSite = site
        short.sighting = reporter.open(draftOf(short), transaction)
      })
    }
  }

  /** The last count is between two checks. */
  unitEnded(activity: UnitActivity): void {
    for (const short of this.#transactions.all(activity)) short.sighting?.update(draftOf(short))
  }
}

function draftOf({
  count,
  statements,
  totalMillis,
  commitMillis,
  callSite,
  first,
}: ShortTransactions): FindingDraft {
  return {
    kind: 'autocommit_loop',
    severity: 'info',
    title: `${count} transactions of one or two statements followed each other, each around ${nameOf(first.shape)}`,
    evidence: {
      count,
      statements,
      totalMillis: roundMillis(totalMillis),
      savedMillis: roundMillis((commitMillis / count) * (count - 1)),
    },
    ...statementDraft(first),
    callSite,
    fix: autocommitFix,
  }
}
