import type { QueryShape } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { writeLoopFix } from '../fixes/fix-text.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import {
  nameOf,
  nextCheckAfter,
  repetitionEvidence,
  severityOfRepetition,
  statementDraft,
} from './repetition.js'

/** So many executions are no beginning of something else; there is no need to wait for their end. */
const certainRepetitions = 100
/** Of the executions, for what is true of the loop. */
const wantedShare = 0.8

/**
 * The same INSERT, UPDATE or DELETE of single rows again and again, where one statement for all of them would do.
 *
 * None are writes whose returned row the next statement needs, batches, changes of the same row, items with a
 * transaction of their own, and rows that are taken from a queue.
 */
export class WriteLoop implements Detector {
  readonly kind = 'write_loop'
  readonly #thresholds: Thresholds

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  writeSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { shape, group } = query
    if (group === undefined || activity === undefined || !mayLoop(shape)) return
    const { settled } = group.timing
    if (settled < this.#thresholds.least) return
    if (settled === this.#thresholds.of(group.unit)) {
      group.callSites.ask()
      reporter.askRepeatedCallSite(query, (site) => group.callSites.answer(site))
    }
    if (settled < certainRepetitions || settled < group.nextCheck) return
    group.nextCheck = nextCheckAfter(settled)
    this.#judge(group, activity, reporter)
  }

  groupRests(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    if (mayLoop(group.shape)) this.#judge(group, activity, reporter)
  }

  #judge(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    const { sighting, timing } = group
    if (timing.settled < this.#thresholds.of(group.unit) || !timing.isBurst || activity.isMigration) return
    if (sighting !== undefined && sighting.finding.kind !== this.kind) return
    if (!writesSingleRows(group) || group.isTransactionPerItem || group.isBetweenDefinitions) return
    if (group.chainedRuns >= timing.settled * wantedShare) return
    const draft = draftOf(group, readsBetween(group, activity))
    if (sighting === undefined) group.sighting = reporter.open(draft, group)
    else sighting.update(draft)
  }
}

function mayLoop(shape: QueryShape): boolean {
  return shape.kind === 'write' && !shape.locks && !shape.isMultiStatement
}

/** An INSERT of one row each, or a change by values that differ: not progress that is written to the same row. */
function writesSingleRows({ shape, variation, manyRowRuns, timing, isFull }: QueryGroup): boolean {
  if (!isFull || variation === undefined || variation.isBatched) return false
  if (!isInsert(shape)) return variation.probes.length > 0
  return manyRowRuns <= timing.settled * (1 - wantedShare)
}

function isInsert({ sanitizedText }: QueryShape): boolean {
  return /^\s*insert\b/i.test(sanitizedText)
}

/** About as often its tables were read: each row is looked at before it is written, or read again afterwards. */
function readsBetween({ shape, timing }: QueryGroup, activity: UnitActivity): boolean {
  for (const other of activity.groups()) {
    if (other.shape.kind !== 'read' || other.timing.started < timing.settled * wantedShare) continue
    if (other.shape.tables.some((table) => shape.tables.includes(table))) return true
  }
  return false
}

function draftOf(group: QueryGroup, isRowByRow: boolean): FindingDraft {
  const count = group.timing.settled
  const evidence = repetitionEvidence(group, count)
  return {
    kind: 'write_loop',
    // What it takes to do without the reads, nobody can tell.
    severity: isRowByRow ? 'info' : severityOfRepetition(group, evidence),
    title: `${nameOf(group.shape)} ran ${count} times${isRowByRow ? ', row by row with reads of the same table' : ' for single rows'}`,
    evidence: { ...evidence, rowByRow: isRowByRow },
    ...statementDraft(group),
    callSite: group.callSites.first,
    fix: () => writeLoopFix(isInsert(group.shape)),
  }
}
