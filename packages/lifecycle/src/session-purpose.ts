import type { QueryShape } from './query-shape.js'

const listening = 'listens for notifications'
const locking = 'holds an advisory lock'

/**
 * What a session is kept for after a statement: `LISTEN` and session-level advisory locks last as long as it does.
 *
 * @param before what it was kept for; what a holder has said stays.
 * @see https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export function purposeAfter(
  { kind, isVolatile, sanitizedText }: QueryShape,
  before: string | undefined,
): string | undefined {
  if (kind !== 'session' && !isVolatile) return before
  if (before === undefined) {
    if (/^\s*listen\b/i.test(sanitizedText)) return listening
    return /\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(/i.test(sanitizedText) ? locking : undefined
  }
  if (before === listening) return /^\s*unlisten\s*\*/i.test(sanitizedText) ? undefined : before
  if (before === locking) return /\bpg_advisory_unlock/i.test(sanitizedText) ? undefined : before
  return before
}
