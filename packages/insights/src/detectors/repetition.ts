import type { QueryShape } from '@pgspan/lifecycle'
import type { FindingDraft, FindingEvidence, FindingSeverity } from '../findings/finding.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { QueryGroup } from '../units/query-group.js'

const criticalMillis = 500
const criticalShare = 0.5
const criticalCount = 20

/** True for statements whose repetition can be a mistake: they read rows, and neither lock them nor have effects. */
export function mayRepeatByMistake(shape: QueryShape): boolean {
  return shape.kind === 'read' && !shape.locks && !shape.isVolatile && !shape.isMultiStatement
}

/** True for repetitions that are meant: batches, pages, transactions of their own, a loop that reads what it wrote. */
export function isRepeatedOnPurpose(group: QueryGroup): boolean {
  if (group.isTransactionPerItem || group.isReadModifyWrite) return true
  const { variation } = group
  return variation !== undefined && (variation.isBatched || variation.isKeysetPagination)
}

/** What every finding of a statement says of it. */
export function statementDraft(
  subject: ObservedQuery | QueryGroup,
): Pick<FindingDraft, 'summary' | 'fingerprint' | 'statement' | 'namespace'> {
  const { shape, statement, target } = subject
  return {
    summary: shape.summary,
    fingerprint: shape.fingerprint,
    statement,
    namespace: target.namespace,
  }
}

/** @param count the executions that one could have replaced. */
export function repetitionEvidence(group: QueryGroup, count: number): FindingEvidence {
  const { timing } = group
  return {
    count,
    ...(group.variation && { distinct: group.variation.distinct }),
    totalMillis: roundMillis(timing.totalMillis),
    medianMillis: roundMillis(timing.medianMillis),
    savedMillis: roundMillis(timing.savedMillis(count)),
    concurrency: timing.isConcurrent ? 'concurrent' : 'sequential',
  }
}

/** Worth a warning: what a person notices, or what a network of one millisecond makes of any loop. */
const warningMillis = 20
const warningCount = 20

/**
 * The severity of a repetition that may be meant. Where something else was awaited each time, it is information only: the
 * loop saves how far it came, or looks whether something has changed.
 */
export function severityOfRepetition(group: QueryGroup, evidence: FindingEvidence): FindingSeverity {
  if (group.isPaced) return 'info'
  const isWorthIt = (evidence.savedMillis ?? 0) >= warningMillis || evidence.count >= warningCount
  return severityOfSaving(group, evidence, isWorthIt ? 'warning' : 'info')
}

/** Critical: half a second to save, or half of the unit's time by 20 executions and more. */
export function severityOfSaving(
  group: QueryGroup,
  evidence: FindingEvidence,
  least: FindingSeverity,
): FindingSeverity {
  const saved = evidence.savedMillis ?? 0
  if (saved >= criticalMillis) return 'critical'
  const unitMillis = (group.unit.endedAt || performance.now()) - group.unit.startedAt
  return evidence.count >= criticalCount && saved >= unitMillis * criticalShare ? 'critical' : least
}

/** The statement for the middle of a sentence. */
export function nameOf(shape: QueryShape): string {
  return shape.summary === '' ? 'A statement' : shape.summary
}

/** 5, 10, 20, 50, 100 and so on: when a growing repetition is looked at again. */
export function nextCheckAfter(count: number): number {
  let scale = 1
  for (;;) {
    for (const step of [scale, 2 * scale, 5 * scale]) if (step > count) return step
    scale *= 10
  }
}
