import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { idleInTransactionFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { ActivityKind } from '../units/meanwhile.js'
import type { ObservedTransaction } from '../units/observed-transaction.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const hourMillis = 3_600_000
const repeatedOffences = 3
const rememberedTransactions = 500
const alarmingMillis = 5_000
/** Of the longest pause, for the event loop to be what took it. */
const stallShare = 0.5
/** Of the transaction's time, for many short pauses to count. */
const idleShare = 0.5

/** What the application did in the longest pause. */
interface Reason {
  /** `stall` for a blocked event loop. */
  readonly kind: ActivityKind | 'stall' | 'unknown'
  readonly name: string
  readonly millis: number
}

/**
 * A transaction for whose next statement the server waited long, with what the application did meanwhile: its own
 * spans where there are any, its queries on other connections, a blocked event loop, or unknown.
 *
 * Judged when the transaction has ended.
 */
export class IdleInTransaction implements Detector {
  readonly kind = 'idle_in_transaction'
  readonly #thresholds: Thresholds
  readonly #offences: RecentTimes = new RecentTimes(hourMillis, repeatedOffences, rememberedTransactions)

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  transactionEnded(
    transaction: ObservedTransaction,
    activity: UnitActivity | undefined,
    reporter: Reporter,
  ): void {
    const { first, last, unit, endedAt } = transaction
    if (first === undefined || !this.#isIdle(transaction) || activity?.isMigration) return
    const isRepeated = this.#offences.isFrequent(`${unit?.name} ${first.shape.fingerprint}`, endedAt)
    const open = (site: CallSite | undefined): void => {
      const draft = draftOf(transaction, nameOf(first.shape), isRepeated, site)
      reporter.open({ ...draft, ...statementDraft(first) }, transaction)?.settle()
    }
    if (last === undefined) open(undefined)
    else reporter.askCallSite(last, open)
  }

  #isIdle({ pause, pausedMillis, durationMillis, unit }: ObservedTransaction): boolean {
    if (pausedMillis < this.#thresholds.least || pause === undefined) return false
    const threshold = this.#thresholds.of(unit)
    if (pause.to - pause.from >= threshold) return true
    return pausedMillis >= 2 * threshold && pausedMillis >= durationMillis * idleShare
  }
}

function reasonOf({ pause, pauseExplanation }: ObservedTransaction): Reason {
  if (pauseExplanation !== undefined) return pauseExplanation
  const stallMillis = pause?.stallMillis ?? 0
  if (pause !== undefined && stallMillis >= (pause.to - pause.from) * stallShare) {
    return { kind: 'stall', name: 'the event loop was blocked', millis: stallMillis }
  }
  return { kind: 'unknown', name: 'nobody knows what ran meanwhile', millis: 0 }
}

function draftOf(
  transaction: ObservedTransaction,
  name: string,
  isRepeated: boolean,
  callSite: CallSite | undefined,
): Omit<FindingDraft, 'summary' | 'fingerprint' | 'statement' | 'namespace'> {
  const { durationMillis, pausedMillis, pause, statements, end } = transaction
  const reason = reasonOf(transaction)
  const longest = pause === undefined ? 0 : pause.to - pause.from
  const isMistake = reason.kind === 'call' || reason.kind === 'query' || reason.kind === 'wait'
  return {
    kind: 'idle_in_transaction',
    severity: isMistake || isRepeated || longest >= alarmingMillis ? 'warning' : 'info',
    title: `The transaction of ${name} was idle for ${Math.round(pausedMillis)} ms${titleOf(reason)}`,
    evidence: {
      count: 1,
      totalMillis: roundMillis(durationMillis),
      idleMillis: roundMillis(pausedMillis),
      longestIdleMillis: roundMillis(longest),
      meanwhileKind: reason.kind,
      meanwhile: reason.name,
      meanwhileMillis: roundMillis(reason.millis),
      statements,
      outcome: end,
    },
    callSite,
    fix: () => idleInTransactionFix(reason.kind),
  }
}

function titleOf({ kind, name, millis }: Reason): string {
  const took = `${Math.round(millis)} ms`
  switch (kind) {
    case 'call':
    case 'span':
      return `: ${name} ran for ${took} meanwhile`
    case 'query':
      return `: ${name} ran for ${took} on another connection`
    case 'wait':
      return `: it waited ${took} for ${name}`
    case 'stall':
      return `: the event loop was blocked for ${took}`
    default:
      return ''
  }
}
