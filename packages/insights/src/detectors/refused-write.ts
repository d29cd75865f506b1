import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { refusedWriteFix } from '../fixes/fix-text.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

/**
 * The server's answer to a write where none are taken.
 *
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const readOnlyTransaction = '25006'

/** A write that was sent to a replica, or in a session or transaction that only reads. */
export class RefusedWrite implements Detector {
  readonly kind = 'refused_write'

  failureSettled(query: ObservedQuery, reporter: Reporter): void {
    if (query.errorCode !== readOnlyTransaction) return
    reporter.askCallSite(query, (site) => reporter.open(draftOf(query, site), query)?.settle())
  }
}

function draftOf(query: ObservedQuery, callSite: CallSite | undefined): FindingDraft {
  const { address = 'the server', port } = query.target
  const endpoint = port === undefined ? address : `${address}:${port}`
  const isReplica = query.serverRole === 'replica'
  return {
    kind: 'refused_write',
    severity: 'warning',
    title: `${nameOf(query.shape)} was refused: ${isReplica ? `${endpoint} is a replica` : `the session with ${endpoint} only reads`}`,
    evidence: { count: 1, endpoint, role: query.serverRole, sqlState: readOnlyTransaction },
    ...statementDraft(query),
    place: endpoint,
    callSite,
    fix: () => refusedWriteFix(isReplica),
  }
}
