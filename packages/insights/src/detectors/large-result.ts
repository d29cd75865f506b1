import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../findings/finding.js'
import { largeResultFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { PerUnit } from '../units/per-unit.js'
import { leastWeighedMillis } from '../units/result-size.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

/** So many times the threshold is a warning. */
const warningFactor = 10

/** The large results of one statement in one unit of work. */
class LargeResults {
  count = 0
  totalMillis = 0
  /** How many times the threshold the largest one is, by rows or by bytes. */
  excess = 0
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  largest: ObservedQuery

  constructor(first: ObservedQuery) {
    this.largest = first
  }

  add(query: ObservedQuery, excess: number): void {
    this.count++
    this.totalMillis += query.executionMillis ?? query.settledAt - query.startedAt
    if (excess > this.excess) [this.largest, this.excess] = [query, excess]
  }
}

/** A read that returned very many rows or bytes at once, all of which are parsed and held in memory. */
export class LargeResult implements Detector {
  readonly kind = 'large_result'
  readonly unusualRows: number
  readonly unusualMillis: number = leastWeighedMillis
  readonly #rows: Thresholds
  readonly #bytes: Thresholds
  readonly #results: PerUnit<LargeResults> = new PerUnit()

  constructor(rows: Thresholds, bytes: Thresholds) {
    this.#rows = rows
    this.#bytes = bytes
    this.unusualRows = rows.least
  }

  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    if (query.shape.kind !== 'read' || query.isStreamed) return
    const excess = this.#excessOf(query)
    if (excess < 1) return
    const { fingerprint } = query.shape
    const results = this.#results.of(activity, fingerprint, () => new LargeResults(query))
    results.add(query, excess)
    if (results.count > 1) results.sighting?.update(draftOf(results))
    else {
      reporter.askCallSite(query, (site) => {
        results.callSite = site
        results.sighting = reporter.open(draftOf(results), query)
        if (activity === undefined) results.sighting?.settle()
      })
    }
  }

  #excessOf({ rowCount = 0, resultBytes, unit }: ObservedQuery): number {
    if (rowCount < this.unusualRows && resultBytes < this.#bytes.least) return 0
    return Math.max(rowCount / this.#rows.of(unit), resultBytes / this.#bytes.of(unit))
  }
}

function draftOf({ count, totalMillis, excess, callSite, largest }: LargeResults): FindingDraft {
  const { rowCount = 0, resultBytes, stallMillis } = largest
  const megabytes = resultBytes < 1e6 ? '' : ` of about ${Math.round(resultBytes / 1e6)} MB`
  const often = count === 1 ? '' : `, and large results ${count} times`
  return {
    kind: 'large_result',
    severity: excess >= warningFactor ? 'warning' : 'info',
    title: `${nameOf(largest.shape)} returned ${rowCount} rows${megabytes} at once${often}`,
    evidence: {
      count,
      rows: rowCount,
      ...(resultBytes > 0 && { approximateBytes: resultBytes }),
      totalMillis: roundMillis(totalMillis),
      stallMillis: roundMillis(stallMillis),
    },
    ...statementDraft(largest),
    callSite,
    fix: largeResultFix,
  }
}
