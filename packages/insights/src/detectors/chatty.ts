import type { FindingDraft } from '../findings/finding.js'
import { chattyFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { QuantileSketch } from '../statistics/quantile-sketch.js'
import type { Thresholds } from '../thresholds.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf } from './repetition.js'

/** So many units of work tell how many queries are usual. */
const leastHistory = 50
/** More than usual is so many times as many as all but one in twenty. */
const unusualFactor = 2
/** It takes this share of the threshold. */
const unusualShare = 0.5
const warningFactor = 4
const shownStatements = 5

/** A unit of work that makes very many queries, or far more than units of its name usually do, and nothing else says why. */
export class Chatty implements Detector {
  readonly kind = 'chatty'
  readonly #thresholds: Thresholds
  readonly #sizesOf: (unitName: string) => QuantileSketch | undefined

  /** @param sizesOf how many queries units of this name have made so far, as far as anybody keeps that. */
  constructor(thresholds: Thresholds, sizesOf: (unitName: string) => QuantileSketch | undefined) {
    this.#thresholds = thresholds
    this.#sizesOf = sizesOf
  }

  unitEnded(activity: UnitActivity, reporter: Reporter): void {
    if (activity.queries <= this.#thresholds.least * unusualShare || activity.isMigration) return
    const threshold = this.#thresholds.of(activity.unit)
    const groups = activity.groups().filter(({ shape }) => isQuery(shape.kind))
    const count = activity.overlooked + groups.reduce((sum, group) => sum + unexplained(group), 0)
    if (count <= threshold * unusualShare) return
    const usual = this.#usualOf(activity.unit.name)
    if (count <= threshold && (usual === undefined || count <= usual * unusualFactor)) return
    const first = groups[0]
    if (first === undefined) return
    const draft = draftOf(activity, groups, count, threshold, usual)
    reporter.open(draft, { unit: activity.unit, callerContext: first.callerContext })
  }

  #usualOf(unitName: string): number | undefined {
    const sizes = this.#sizesOf(unitName)
    return sizes === undefined || sizes.count < leastHistory ? undefined : sizes.quantile(0.95)
  }
}

function isQuery(kind: string): boolean {
  return kind !== 'transaction' && kind !== 'session'
}

/** A finding of its own stands for all executions but one. */
function unexplained({ sighting, timing }: QueryGroup): number {
  return sighting === undefined ? timing.started : 1
}

function draftOf(
  activity: UnitActivity,
  groups: readonly QueryGroup[],
  count: number,
  threshold: number,
  usual: number | undefined,
): FindingDraft {
  const usually = usual === undefined || count > threshold ? '' : `, usually ${Math.round(usual)} at most`
  return {
    kind: 'chatty',
    severity: count > threshold * warningFactor ? 'warning' : 'info',
    title: `${count} queries of ${groups.length} statements${usually}`,
    evidence: {
      count,
      statements: groups.length,
      threshold,
      ...(usual !== undefined && { usualCount: Math.round(usual) }),
      totalMillis: roundMillis(activity.totalMillis),
      top: topOf(groups),
    },
    summary: '',
    fingerprint: '',
    statement: '',
    namespace: groups[0]?.target.namespace,
    callSite: undefined,
    fix: chattyFix,
  }
}

/** `12 × SELECT orders (34 ms), 9 × …`. */
function topOf(groups: readonly QueryGroup[]): string {
  return [...groups]
    .sort((left, right) => right.timing.started - left.timing.started)
    .slice(0, shownStatements)
    .map(({ timing, shape }) => `${timing.started} × ${nameOf(shape)} (${Math.round(timing.totalMillis)} ms)`)
    .join(', ')
}
