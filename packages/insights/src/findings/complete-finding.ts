import { trace } from '@opentelemetry/api'
import type { CallSite } from '@pgspan/lifecycle'
import { completeFix } from '../fixes/complete-fix.js'
import type { Finding, FindingDraft } from './finding.js'
import type { FindingSubject } from './finding-log.js'

/** A finding as it is made, of what a detector says and of where it was: seen once, and now. */
export function completeFinding(id: string, draft: FindingDraft, subject: FindingSubject): Finding {
  const { unit, callerContext } = subject
  const { kind, tier, severity, title, evidence, source, callSite } = draft
  const now = new Date().toISOString()
  const traceId = unit?.traceId ?? trace.getSpanContext(callerContext)?.traceId
  return {
    id,
    kind,
    tier,
    severity,
    unit: unit?.name ?? '',
    title: unit === undefined ? `${title}.` : `${title}, in ${unit.name}.`,
    evidence,
    summary: draft.summary,
    fingerprint: draft.fingerprint,
    statement: draft.statement,
    namespace: draft.namespace,
    source: source && {
      summary: source.summary,
      statement: source.statement,
      column: source.column,
      rows: source.rows,
    },
    callSite: callSite && withoutPath(callSite),
    plan: undefined,
    fix: completeFix(draft, subject),
    docs: kind.replaceAll('_', '-'),
    traceId,
    traceIds: [],
    firstSeen: now,
    lastSeen: now,
    count: 1,
    totalSavedMillis: 0,
  }
}

/** The path means nothing to people, and nothing in another process. */
function withoutPath({ file, line, column, functionName, library }: CallSite): CallSite {
  return { file, line, column, functionName, library }
}
