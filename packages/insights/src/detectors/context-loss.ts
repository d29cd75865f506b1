import type { CallSite, UnitOfWork } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { contextLossFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { statementDraft } from './repetition.js'

const minuteMillis = 60_000
/** So many within a minute are no single case. */
const repeatedLosses = 5
const rememberedUnits = 100

/**
 * Queries that run in a request or job that has ended, or on a connection that another one is using: work that goes on
 * after its request, or an asynchronous context that got lost, so that queries are counted for the wrong request.
 */
export class ContextLoss implements Detector {
  readonly kind = 'context_loss'
  readonly #late: RecentTimes = new RecentTimes(minuteMillis, repeatedLosses, rememberedUnits)
  readonly #foreign: RecentTimes = new RecentTimes(minuteMillis, repeatedLosses, rememberedUnits)
  /** By the name of the unit: what goes on like this is said once a minute. */
  readonly #said: Map<string, number> = new Map()

  unusualSettled(query: ObservedQuery, _activity: UnitActivity | undefined, reporter: Reporter): void {
    const { endedUnit, holder } = query
    if (endedUnit === undefined && holder === undefined) return
    const unit = endedUnit ?? query.unit
    const seen = endedUnit === undefined ? this.#foreign : this.#late
    if (unit === undefined || !seen.isFrequent(unit.name, query.startedAt)) return
    if (!this.#isDue(unit.name, query.startedAt)) return
    reporter.askRepeatedCallSite(query, (site) => {
      const draft = endedUnit === undefined ? foreignDraft(query, site) : lateDraft(query, endedUnit, site)
      reporter.open(draft, { ...subjectOf(query), unit })?.settle()
    })
  }

  #isDue(unitName: string, now: number): boolean {
    const before = this.#said.get(unitName)
    if (before !== undefined && now - before < minuteMillis) return false
    if (this.#said.size >= rememberedUnits) this.#said.clear()
    this.#said.set(unitName, now)
    return true
  }
}

function subjectOf({ callerContext, shape, ignoredFindings }: ObservedQuery) {
  return { callerContext, shape, ignoredFindings }
}

function lateDraft(query: ObservedQuery, unit: UnitOfWork, callSite: CallSite | undefined): FindingDraft {
  return {
    ...draftOf(query, callSite),
    severity: 'info',
    title: `${repeatedLosses} queries and more within a minute ran after their unit of work had ended`,
    evidence: { count: repeatedLosses, afterMillis: roundMillis(query.startedAt - unit.endedAt) },
  }
}

function foreignDraft(query: ObservedQuery, callSite: CallSite | undefined): FindingDraft {
  return {
    ...draftOf(query, callSite),
    severity: 'warning',
    title: `${repeatedLosses} queries and more within a minute ran on a connection that ${query.holder?.name} had taken`,
    evidence: { count: repeatedLosses, holder: query.holder?.name },
  }
}

function draftOf(
  query: ObservedQuery,
  callSite: CallSite | undefined,
): Omit<FindingDraft, 'severity' | 'title' | 'evidence'> {
  // One finding per unit of work: which statement is the fifth says nothing.
  return {
    kind: 'context_loss',
    ...statementDraft(query),
    fingerprint: '',
    summary: '',
    callSite,
    fix: contextLossFix,
  }
}
