import type { FindingDraft } from '../findings/finding.js'
import { sequentialFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { leastReadMillis, type ReadChain } from '../units/sequential-reads.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

const leastMillis = 100
const leastShare = 0.2

/**
 * Reads that are awaited one after the other although none uses what another returned, where a good part of the unit's
 * time would be saved by making them together. Always an information: that one decides whether the next is made at
 * all cannot be seen.
 */
export class SequentialIndependent implements Detector {
  readonly kind = 'sequential_independent'
  readonly unusualMillis: number = leastReadMillis

  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    const chain = activity?.reads?.best
    if (chain === undefined || chain.savedMillis < leastMillis || chain.steps.at(-1) !== query) return
    reporter.askRepeatedCallSite(query, (site) => {
      chain.callSite ??= site
    })
  }

  unitEnded({ unit, reads }: UnitActivity, reporter: Reporter): void {
    const chain = reads?.best
    const first = chain?.steps[0]
    if (chain === undefined || first === undefined || chain.savedMillis < leastMillis) return
    const unitMillis = (unit.endedAt || performance.now()) - unit.startedAt
    if (chain.savedMillis >= unitMillis * leastShare) reporter.open(draftOf(chain, first), first)
  }
}

function draftOf({ steps, savedMillis, callSite }: ReadChain, first: ObservedQuery): FindingDraft {
  const last = steps.at(-1) ?? first
  return {
    kind: 'sequential_independent',
    severity: 'info',
    title: `${steps.length} reads waited for each other without using each other’s rows: ${steps.map(({ shape }) => nameOf(shape)).join(', ')}`,
    evidence: {
      count: steps.length,
      totalMillis: roundMillis(last.settledAt - first.startedAt),
      savedMillis: roundMillis(savedMillis),
    },
    ...statementDraft(first),
    callSite,
    fix: sequentialFix,
  }
}
