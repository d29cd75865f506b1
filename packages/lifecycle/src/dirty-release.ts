import type { CallSite } from './call-site.js'
import type { Checkout } from './checkout.js'

/**
 * What was wrong with a connection when its holder gave it back for others to use: a transaction was open, one had
 * failed and was not rolled back, a query was still running, or it had been given back before.
 */
export type DirtyReleaseKind = 'in_transaction' | 'failed_transaction' | 'active_query' | 'double'

/** A connection that came back to its pool in a state that its next holder will suffer from. */
export interface DirtyRelease {
  readonly checkout: Checkout
  readonly kind: DirtyReleaseKind
  /** The line that gave it back; undefined if nobody can tell. */
  readonly callSite: CallSite | undefined
}
