import { createHash } from 'node:crypto'
import type { FindingDraft } from './finding.js'

/**
 * The identity of a finding: 16 hexadecimal digits that are the same in every process and after every deployment.
 *
 * Made of the kind, the unit of work's name, the statements' fingerprints and the compared column, or, where there is
 * no statement, file and function. Not of lines, traces or figures, which change.
 */
export function findingId(draft: FindingDraft, unitName: string): string {
  const parts = [
    draft.kind,
    unitName,
    draft.source?.fingerprint ?? '',
    draft.fingerprint || draft.summary,
    draft.comparedColumn ?? draft.place ?? '',
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}
