import type { FindingDraft } from '../findings/finding.js'
import { duplicateFix } from '../fixes/fix-text.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import {
  mayRepeatByMistake,
  nameOf,
  repetitionEvidence,
  severityOfRepetition,
  statementDraft,
} from './repetition.js'

const leastRepetitions = 3
/** So many equal queries are no beginning of an N+1 over a sorted list; there is no need to wait for its end. */
const certainRepetitions = 100

/**
 * The same statement with the same values, three times and more, with nothing written to its tables in between.
 *
 * Reported when the statement rests or its unit of work ends, because an N+1 whose list is sorted begins like this.
 */
export class DuplicateQuery implements Detector {
  readonly kind = 'duplicate_query'

  readSettled(query: ObservedQuery, _activity: UnitActivity, reporter: Reporter): void {
    const { group, repetition } = query
    if (group === undefined || !mayBeDuplicated(group)) return
    if (repetition === 2 || repetition === leastRepetitions) {
      group.callSites.ask()
      reporter.askRepeatedCallSite(query, (site) => group.callSites.answer(site))
    }
    if (repetition === certainRepetitions) this.#judge(group, reporter)
  }

  groupRests(group: QueryGroup, _activity: UnitActivity, reporter: Reporter): void {
    if (mayBeDuplicated(group)) this.#judge(group, reporter)
  }

  #judge(group: QueryGroup, reporter: Reporter): void {
    const { sighting, variation } = group
    const count = variation?.repeated ?? 0
    if (count < leastRepetitions || !group.timing.isBurst || group.isTransactionPerItem) return
    if (sighting !== undefined && sighting.finding.kind !== this.kind) return
    const draft = draftOf(group, count)
    if (sighting === undefined) group.sighting = reporter.open(draft, group)
    else sighting.update(draft)
  }
}

/** A statement without tables, such as `SELECT 1`, is a probe. */
function mayBeDuplicated({ shape }: QueryGroup): boolean {
  return mayRepeatByMistake(shape) && shape.tables.length > 0
}

function draftOf(group: QueryGroup, count: number): FindingDraft {
  const evidence = repetitionEvidence(group, count)
  return {
    kind: 'duplicate_query',
    severity: severityOfRepetition(group, evidence),
    title: `${nameOf(group.shape)} asked for the same ${count} times`,
    evidence,
    ...statementDraft(group),
    callSite: group.callSites.first,
    fix: duplicateFix,
  }
}
