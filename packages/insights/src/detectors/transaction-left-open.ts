import type { FindingDraft } from '../findings/finding.js'
import { leftOpenFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { ObservedTransaction } from '../units/observed-transaction.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const rememberedOffenders = 500

/**
 * A connection that was given back to its pool inside a transaction: its locks stay, and whoever gets it next goes on
 * in that transaction.
 *
 * Nobody can be asked afterwards who it was: from the first offence on, the transactions of units of work of the same
 * name are asked while they run.
 */
export class TransactionLeftOpen implements Detector {
  readonly kind = 'transaction_left_open'
  readonly #offenders: Set<string> = new Set()

  settledInTransaction(query: ObservedQuery, reporter: Reporter): void {
    const { transaction } = query
    if (transaction === undefined || this.#offenders.size === 0 || transaction.callSite !== undefined) return
    if (!this.#offenders.has(transaction.unit?.name ?? '')) return
    reporter.askRepeatedCallSite(query, (site) => {
      transaction.callSite ??= site
    })
  }

  transactionEnded(
    transaction: ObservedTransaction,
    _activity: UnitActivity | undefined,
    reporter: Reporter,
  ): void {
    if (transaction.end !== 'left_open') return
    if (this.#offenders.size < rememberedOffenders) this.#offenders.add(transaction.unit?.name ?? '')
    reporter.open(draftOf(transaction), transaction)?.settle()
  }
}

function draftOf(transaction: ObservedTransaction): FindingDraft {
  const { first, statements, durationMillis, target } = transaction
  return {
    kind: 'transaction_left_open',
    severity: 'warning',
    title: `A connection was released with the transaction${first === undefined ? '' : ` of ${nameOf(first.shape)}`} still open`,
    evidence: { count: 1, totalMillis: roundMillis(durationMillis), statements },
    ...(first === undefined
      ? { summary: 'BEGIN', fingerprint: '', statement: '', namespace: target.namespace }
      : statementDraft(first)),
    callSite: transaction.callSite,
    fix: () => leftOpenFix(first === undefined),
  }
}
