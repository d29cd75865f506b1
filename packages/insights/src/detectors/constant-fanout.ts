import type { FindingDraft } from '../findings/finding.js'
import { constantFanoutFix } from '../fixes/fix-text.js'
import type { Thresholds } from '../thresholds.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { originOf } from './origin.js'
import {
  isRepeatedOnPurpose,
  mayRepeatByMistake,
  nameOf,
  repetitionEvidence,
  statementDraft,
} from './repetition.js'

/** The same small number of executions in so many units of work is a constant of the code, not growing data. */
const wantedUnits = 20
const mostExecutions = 8
const maximumEntries = 500

/**
 * A statement that runs the same few times, with different values, in every unit of work of a name: a list in the code
 * rather than data, so that it does not grow. It takes the place of an N+1 whose values came from nowhere.
 */
export class ConstantFanout implements Detector {
  readonly kind = 'constant_fanout'
  readonly #thresholds: Thresholds
  readonly #runs: Map<string, { count: number; units: number }> = new Map()
  readonly #counted: WeakSet<QueryGroup> = new WeakSet()

  /** @param thresholds different values from which on a repetition counts. */
  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  groupRests(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    const { variation, timing, sighting, shape } = group
    if (timing.settled < this.#thresholds.least || !mayRepeatByMistake(shape) || this.#counted.has(group))
      return
    if (
      variation === undefined ||
      variation.distinct < this.#thresholds.of(group.unit) ||
      sighting !== undefined
    )
      return
    if (activity.isMigration || isRepeatedOnPurpose(group)) return
    this.#counted.add(group)
    if (isFromRows(group, this.#thresholds.of(group.unit))) return
    if (this.#unitsAlike(`${group.unit.name} ${shape.fingerprint}`, timing.settled) < wantedUnits) return
    if (timing.settled <= mostExecutions) group.sighting = reporter.open(draftOf(group), group)
  }

  #unitsAlike(key: string, count: number): number {
    const known = this.#runs.get(key)
    if (known === undefined) {
      if (this.#runs.size >= maximumEntries) this.#runs.clear()
      this.#runs.set(key, { count, units: 1 })
      return 1
    }
    known.units = known.count === count ? known.units + 1 : 1
    known.count = count
    return known.units
  }
}

/** A list that is always as long is one nevertheless. */
function isFromRows(group: QueryGroup, leastHits: number): boolean {
  const tier = originOf(group, leastHits)?.tier
  return tier === 'proven' || tier === 'recursive'
}

function draftOf(group: QueryGroup): FindingDraft {
  const count = group.timing.settled
  return {
    kind: 'constant_fanout',
    severity: 'info',
    title: `${nameOf(group.shape)} ran ${count} times with different values, as often as in each of the last ${wantedUnits} units`,
    evidence: { ...repetitionEvidence(group, count), units: wantedUnits },
    ...statementDraft(group),
    callSite: group.callSites.first,
    fix: constantFanoutFix,
  }
}
