import type { FindingDraft } from '../findings/finding.js'
import { repeatedFix } from '../fixes/fix-text.js'
import { isIdentity } from '../provenance/slot-values.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import {
  isRepeatedOnPurpose,
  mayRepeatByMistake,
  nameOf,
  nextCheckAfter,
  repetitionEvidence,
  statementDraft,
} from './repetition.js'

/**
 * The same statement many times, where nobody can say more: somebody's spans show neither rows nor, mostly, values.
 *
 * An N+1 or duplicates. Never more than information, and never called proven.
 */
export class RepeatedQuery implements Detector {
  readonly kind = 'repeated_query'
  readonly #thresholds: Thresholds

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  readSettled(query: ObservedQuery, activity: UnitActivity, reporter: Reporter): void {
    const { group } = query
    if (group === undefined || group.timing.settled < this.#thresholds.least) return
    if (group.timing.settled < group.nextCheck || !this.#isUnexplained(group)) return
    group.nextCheck = nextCheckAfter(group.timing.settled)
    this.#judge(group, activity, reporter)
  }

  groupRests(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    if (group.timing.settled >= this.#thresholds.least && this.#isUnexplained(group))
      this.#judge(group, activity, reporter)
  }

  #isUnexplained(group: QueryGroup): boolean {
    if (group.isFull && group.unknownRuns < this.#thresholds.least) return false
    const threshold = this.#thresholds.of(group.unit)
    const isRepeated = group.unknownRuns >= threshold || differsInSpans(group, threshold)
    return (
      isRepeated && mayRepeatByMistake(group.shape) && group.shape.slots.some(({ role }) => isIdentity(role))
    )
  }

  #judge(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    const { sighting } = group
    if (sighting !== undefined && sighting.finding.kind !== this.kind) return
    if (activity.isMigration || isRepeatedOnPurpose(group) || !group.timing.isBurst) return
    const draft = draftOf(group)
    if (sighting === undefined) group.sighting = reporter.open(draft, group)
    else sighting.update(draft)
  }
}

/** Literals in the text, or values as attributes: they tell an N+1 from duplicates, not where it came from. */
function differsInSpans({ isFull, variation }: QueryGroup, threshold: number): boolean {
  return !isFull && (variation?.distinct ?? 0) >= threshold
}

function draftOf(group: QueryGroup): FindingDraft {
  const count = group.timing.settled
  const column = group.shape.slots.find(({ role }) => isIdentity(role))?.column
  const differs = group.unknownRuns === 0
  return {
    kind: 'repeated_query',
    severity: 'info',
    title: `${nameOf(group.shape)} ran ${count} times, ${differs ? 'with different values' : 'with values that are not known'}`,
    evidence: repetitionEvidence(group, count),
    ...statementDraft(group),
    ...(column !== undefined && { comparedColumn: column }),
    callSite: undefined,
    fix: () => repeatedFix(column),
  }
}
