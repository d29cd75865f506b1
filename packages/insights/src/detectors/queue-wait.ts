import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../findings/finding.js'
import { queueWaitFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { PerUnit } from '../units/per-unit.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
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
    const waits = this.#waits.of(activity, '', () => new QueueWaits(query))
    waits.add(millis, query.queuedBehind)
    if (waits.count > 1) waits.sighting?.update(draftOf(waits))
    else this.#begin(waits, activity, reporter)
  }

  #begin(waits: QueueWaits, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { first } = waits
    const key = `${first.unit?.name} ${first.shape.fingerprint}`
    waits.isRepeated = this.#recent.isFrequent(key, first.settledAt)
    reporter.askCallSite(first, (site) => {
      waits.callSite = site
      waits.sighting = reporter.open(draftOf(waits), first)
      if (activity === undefined) waits.sighting?.settle()
    })
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
