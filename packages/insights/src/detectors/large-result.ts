import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../finding.js'
import { largeResultFix } from '../fix-text.js'
import type { ObservedQuery } from '../observed-query.js'
import { PerUnit } from '../per-unit.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { UnitActivity } from '../unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

/** So many times the threshold is a warning. */
const warningFactor = 10

/** The large results of one statement in one unit of work. */
class LargeResults {
  count = 0
  totalMillis = 0
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  largest: ObservedQuery

  constructor(first: ObservedQuery) {
    this.largest = first
  }

  add(query: ObservedQuery): void {
    this.count++
    this.totalMillis += query.executionMillis ?? query.settledAt - query.startedAt
    if (rowsOf(query) > rowsOf(this.largest)) this.largest = query
  }
}

/** A read that returned very many rows at once, all of which are parsed and held in memory. */
export class LargeResult implements Detector {
  readonly kind = 'large_result'
  readonly unusualRows: number
  readonly #thresholds: Thresholds
  readonly #results: PerUnit<LargeResults> = new PerUnit()

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
    this.unusualRows = thresholds.least
  }

  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { rowCount, shape } = query
    if (rowCount === undefined || rowCount < this.unusualRows) return
    if (shape.kind !== 'read' || query.isStreamed || rowCount < this.#thresholds.of(query.unit)) return
    const threshold = this.#thresholds.of(query.unit)
    const results = this.#results.of(activity, shape.fingerprint, () => {
      const first = new LargeResults(query)
      reporter.askCallSite(query, (site) => {
        if (site === undefined) return
        first.callSite = site
        first.sighting?.update(draftOf(first, threshold))
      })
      return first
    })
    results.add(query)
    const draft = draftOf(results, threshold)
    if (results.sighting === undefined) results.sighting = reporter.open(draft, query)
    else results.sighting.update(draft)
  }
}

function rowsOf({ rowCount }: ObservedQuery): number {
  return rowCount ?? 0
}

function draftOf({ count, totalMillis, callSite, largest }: LargeResults, threshold: number): FindingDraft {
  const rows = rowsOf(largest)
  const often = count === 1 ? '' : `, and large results ${count} times`
  return {
    kind: 'large_result',
    severity: rows >= threshold * warningFactor ? 'warning' : 'info',
    title: `${nameOf(largest.shape)} returned ${rows} rows at once${often}`,
    evidence: {
      count,
      rows,
      thresholdRows: threshold,
      totalMillis: roundMillis(totalMillis),
      stallMillis: roundMillis(largest.stallMillis),
    },
    ...statementDraft(largest),
    callSite,
    fix: largeResultFix,
  }
}
