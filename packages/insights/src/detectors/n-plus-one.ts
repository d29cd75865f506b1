import type { FindingDraft, FindingSeverity, FindingTier } from '../findings/finding.js'
import { nPlusOneFix } from '../fixes/fix-text.js'
import { mayBeConstants } from '../provenance/provenance.js'
import type { Thresholds } from '../thresholds.js'
import { ConstantWatch } from '../units/constant-watch.js'
import { GrowthWatch } from '../units/growth-watch.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { certainExecutions, type Origin, originOf } from './origin.js'
import {
  isRepeatedOnPurpose,
  mayRepeatByMistake,
  nameOf,
  nextCheckAfter,
  repetitionEvidence,
  severityOfSaving,
  statementDraft,
} from './repetition.js'

// The executions whose call sites are asked for: three of a loop, none of anything else.
const firstAsked = 3
const lastAsked = 5

/**
 * One query for a list, then one more per row of it, where a single query would do.
 *
 * Looks at a statement again at 5, 10, 20, 50 … executions and when its unit of work ends.
 */
export class NPlusOne implements Detector {
  readonly kind = 'n_plus_one'
  readonly #thresholds: Thresholds
  readonly #growth: GrowthWatch = new GrowthWatch()
  /** What was reported of a group: later executions may dilute it. */
  readonly #origins: WeakMap<QueryGroup, Origin> = new WeakMap()
  readonly #due: WeakSet<QueryGroup> = new WeakSet()
  readonly #watched: WeakSet<QueryGroup> = new WeakSet()
  readonly #constants: ConstantWatch = new ConstantWatch()
  readonly #varied: WeakMap<QueryGroup, boolean> = new WeakMap()

  /** @param thresholds different values from which on a repetition counts. */
  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  readSettled(query: ObservedQuery, activity: UnitActivity, reporter: Reporter): void {
    const { group } = query
    if (group?.variation === undefined || !mayRepeatByMistake(query.shape)) return
    const { settled } = group.timing
    if (settled >= firstAsked && settled <= lastAsked && group.variation.probes.length > 0) {
      this.#askCallSite(query, group, activity, reporter)
    }
    if (settled < this.#thresholds.least || settled < group.nextCheck || !this.#isRepeated(group)) return
    group.nextCheck = nextCheckAfter(settled)
    if (group.callSites.isComplete) this.#judge(group, activity, reporter, false)
    else this.#due.add(group)
  }

  groupRests(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    if (!mayRepeatByMistake(group.shape) || group.timing.settled < this.#thresholds.least) return
    if (this.#isRepeated(group)) this.#judge(group, activity, reporter, true)
  }

  #isRepeated({ unit, timing, variation }: QueryGroup): boolean {
    const distinct = variation?.distinct ?? 0
    if (distinct < this.#thresholds.least) return false
    const threshold = this.#thresholds.of(unit)
    return timing.settled >= threshold && distinct >= threshold
  }

  #askCallSite(query: ObservedQuery, group: QueryGroup, activity: UnitActivity, reporter: Reporter): void {
    group.callSites.ask()
    reporter.askRepeatedCallSite(query, (site) => {
      group.callSites.answer(site)
      if (group.callSites.isComplete && this.#due.delete(group)) this.#judge(group, activity, reporter, false)
    })
  }

  #judge(group: QueryGroup, activity: UnitActivity, reporter: Reporter, rests: boolean): void {
    const { sighting } = group
    if (sighting !== undefined && sighting.finding.kind !== this.kind) return
    if (activity.isMigration || (sighting === undefined && isRepeatedOnPurpose(group))) return
    const origin = this.#originOf(group)
    if (origin === undefined) return
    if (sighting === undefined && !this.#isDecided(group, origin, rests)) return
    this.#origins.set(group, origin)
    const draft = draftOf(group, origin, this.#leastSeverity(group, origin, rests))
    if (sighting === undefined) group.sighting = reporter.open(draft, group)
    else sighting.update(draft)
  }

  #originOf(group: QueryGroup): Origin | undefined {
    const known = this.#origins.get(group)
    const origin = originOf(group, this.#thresholds.of(group.unit))
    if (origin === undefined) return known
    return known?.tier === 'proven' && !isSameSource(known, origin) ? known : origin
  }

  /** Without a source, it takes the end of a loop to tell it from a search, and growth to tell it from chance. */
  #isDecided(group: QueryGroup, origin: Origin, rests: boolean): boolean {
    if (origin.tier === 'strong') return rests || group.timing.settled >= certainExecutions
    return origin.tier !== 'likely' || (rests && this.#grows(group, origin))
  }

  /** A loop over what could be constants of the code is information, until the values were once others. */
  #leastSeverity(group: QueryGroup, { tier, probe }: Origin, rests: boolean): FindingSeverity {
    if (tier === 'likely') return 'info'
    const { variation } = group
    if (tier !== 'strong' || probe === undefined || variation === undefined) return 'warning'
    if (!mayBeConstants(probe, variation.isPlain) || variation.distinct >= certainExecutions) return 'warning'
    if (rests && !this.#varied.has(group)) {
      const key = `${group.unit.name} ${group.shape.fingerprint}`
      this.#varied.set(group, this.#constants.hasVaried(key, variation.keySum))
    }
    return this.#varied.get(group) ? 'warning' : 'info'
  }

  #grows(group: QueryGroup, { provenance }: Origin): boolean {
    if (provenance === undefined || this.#watched.has(group)) return false
    this.#watched.add(group)
    const { column, source } = provenance.candidate
    const key = `${group.unit.name} ${group.shape.fingerprint} ${source.shape.fingerprint} ${column.name}`
    return this.#growth.growsWithSource(key, provenance.keys, column.size)
  }
}

function isSameSource(known: Origin, origin: Origin): boolean {
  return origin.tier === known.tier && origin.provenance?.candidate === known.provenance?.candidate
}

function draftOf(group: QueryGroup, origin: Origin, leastSeverity: FindingSeverity): FindingDraft {
  const count = group.timing.settled
  const column = origin.probe?.slot.column
  const evidence = {
    ...repetitionEvidence(group, count),
    ...(origin.provenance && { coverage: `${origin.provenance.hits} of ${origin.provenance.keys}` }),
  }
  return {
    kind: 'n_plus_one',
    tier: origin.tier,
    severity: severityOfSaving(group, evidence, leastSeverity),
    title: titleOf(group, origin, count),
    evidence,
    ...statementDraft(group),
    ...(origin.source && { source: origin.source }),
    ...(column !== undefined && { comparedColumn: column }),
    callSite: group.callSites.first,
    fix: (library) => nPlusOneFix(library, group.shape, column),
  }
}

function titleOf(group: QueryGroup, { tier, source, isNamed }: Origin, count: number): string {
  const ran = `${nameOf(group.shape)} ran ${count} times`
  const endings: { readonly [Tier in FindingTier]: string } = {
    proven: isNamed
      ? `once for each ${source?.column} of an earlier result`
      : `each time with a value of ${source?.column} of an earlier result`,
    recursive: `from row to row of its own results, by ${source?.column}`,
    strong: 'with different values, from one place in the code',
    likely: `probably once for each ${source?.column} of an earlier result, and grows with it`,
  }
  return `${ran}, ${endings[tier]}`
}
