import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../finding.js'
import { queueWaitFix } from '../fix-text.js'
import type { ObservedQuery } from '../observed-query.js'
import { PerUnit } from '../per-unit.js'
import { RecentTimes } from '../recent-times.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { UnitActivity } from '../unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const hourMillis = 3_600_000
const repeatedOffences = 3
const rememberedUnits = 500

/** The queries of one unit of work that waited for others of their client. */
class QueueWaits {
  count = 0
  totalMillis = 0
  maximumMillis = 0
  deepest = 0
  isRepeated = false
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  /** It names the finding, whatever waits longer afterwards. */
  readonly first: ObservedQuery

  constructor(first: ObservedQuery) {
    this.first = first
  }

  add(millis: number, queuedBehind: number): void {
    this.count++
    this.totalMillis += millis
    this.maximumMillis = Math.max(this.maximumMillis, millis)
    this.deepest = Math.max(this.deepest, queuedBehind)
  }
}

/**
 * Queries that were called together on one client, which sends them one after the other: one finding per unit of work.
 *
 * Waiting for the client to connect, and for an event loop that is blocked, is something else.
 */
export class QueueWait implements Detector {
  readonly kind = 'queue_wait'
  readonly unusualMillis: number
  readonly #thresholds: Thresholds
  readonly #recent: RecentTimes = new RecentTimes(hourMillis, repeatedOffences, rememberedUnits)
  readonly #waits: PerUnit<QueueWaits> = new PerUnit()

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
    this.unusualMillis = thresholds.least
  }

  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    if (query.queueMillis < this.unusualMillis || query.queuedBehind === 0) return
    const millis = query.queueMillis - query.queueStallMillis
    if (millis < this.#thresholds.of(query.unit)) return
    const waits = this.#waits.of(activity, '', () => this.#begin(query, reporter))
    waits.add(millis, query.queuedBehind)
    const draft = draftOf(waits)
    if (waits.sighting === undefined) waits.sighting = reporter.open(draft, query)
    else waits.sighting.update(draft)
    if (activity === undefined) waits.sighting?.settle()
  }

  #begin(query: ObservedQuery, reporter: Reporter): QueueWaits {
    const waits = new QueueWaits(query)
    const key = `${query.unit?.name} ${query.shape.fingerprint}`
    waits.isRepeated = this.#recent.isFrequent(key, query.settledAt)
    reporter.askCallSite(query, (site) => {
      if (site === undefined) return
      waits.callSite = site
      waits.sighting?.update(draftOf(waits))
    })
    return waits
  }
}

function draftOf(waits: QueueWaits): FindingDraft {
  const { count, maximumMillis, first } = waits
  const others = count === 1 ? '' : ` and ${count - 1} more`
  return {
    kind: 'queue_wait',
    severity: waits.isRepeated ? 'warning' : 'info',
    title: `${nameOf(first.shape)}${others} waited up to ${Math.round(maximumMillis)} ms for other queries of the same client`,
    evidence: {
      count,
      totalMillis: roundMillis(waits.totalMillis),
      maximumMillis: roundMillis(maximumMillis),
      queuedBehind: waits.deepest,
    },
    ...statementDraft(first),
    callSite: waits.callSite,
    fix: queueWaitFix,
  }
}
