import type { CallSite, Checkout, DirtyRelease, PoolView } from '@pgspan/lifecycle'
import type { FindingDraft, FindingKind, Sighting } from '../findings/finding.js'
import type { FindingSubject } from '../findings/finding-log.js'
import type { ObservedCheckout } from '../units/observed-checkout.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { ObservedTransaction } from '../units/observed-transaction.js'
import type { QueryGroup } from '../units/query-group.js'
import type { UnitActivity } from '../units/unit-activity.js'

/** What a detector may ask for and where it reports. */
export interface Reporter {
  /**
   * Asks who made the query; only while it settles. `listener` runs once: shortly, before the caller goes on, or at
   * the latest at the next turn of the event loop and at the unit's end, with undefined.
   */
  askCallSite(query: ObservedQuery, listener: (site: CallSite | undefined) => void): void
  /** As {@link askCallSite}, for one of a statement's many executions: answers may be remembered for a minute. */
  askRepeatedCallSite(query: ObservedQuery, listener: (site: CallSite | undefined) => void): void
  /** Undefined if it is not to be reported: ignored by a comment, by code or by a file. */
  open(draft: FindingDraft, subject: FindingSubject): Sighting | undefined
}

/**
 * Judges one kind of trouble. Its methods run on the query path: be quick, keep little.
 *
 * `activity` is what happened in the unit of work so far, this event included; undefined outside any.
 */
export interface Detector {
  readonly kind: FindingKind
  /** Of every statement that reads and has begun in its unit of work before. */
  readSettled?(query: ObservedQuery, activity: UnitActivity, reporter: Reporter): void
  /** Of every statement that writes. */
  writeSettled?(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void
  /** Of every query that failed. */
  failureSettled?(query: ObservedQuery, reporter: Reporter): void
  /** Of every query that began while its {@link ObservedQuery.transaction} was open. */
  settledInTransaction?(query: ObservedQuery, reporter: Reporter): void
  /**
   * Of queries that took longer, waiting included, or returned more rows, than some detector asks for; and of those
   * in the wrong unit of work.
   */
  unusualSettled?(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void
  /** Milliseconds from which on {@link unusualSettled} must be called. */
  readonly unusualMillis?: number
  readonly unusualRows?: number
  /** Milliseconds of waiting from which on {@link checkoutSettled} must be called; 0 if it does not say. */
  readonly leastWaitMillis?: number
  /** Not of those that waited less than {@link leastWaitMillis} and were not given up. */
  checkoutSettled?(checkout: ObservedCheckout, activity: UnitActivity | undefined, reporter: Reporter): void
  /** Somebody asks for a connection; the code that asks is running. */
  checkoutRequested?(checkout: Checkout, reporter: Reporter): void
  checkoutReleased?(checkout: Checkout, reporter: Reporter): void
  /** Before the checkout's release; a `double` release comes long after it. */
  releasedDirty?(release: DirtyRelease, reporter: Reporter): void
  poolAppeared?(pool: PoolView): void
  poolEnded?(pool: PoolView): void
  /** Four times a second while there are any: pools with connections that are held or waited for. */
  poolsSeen?(pools: readonly PoolView[], now: number, reporter: Reporter): void
  /** It was committed or rolled back, or its connection was given back without that. */
  transactionEnded?(
    transaction: ObservedTransaction,
    activity: UnitActivity | undefined,
    reporter: Reporter,
  ): void
  /** All of its groups have rested; nothing follows. */
  unitEnded?(activity: UnitActivity, reporter: Reporter): void
  /**
   * The group was quiet for a while or its unit of work ends. May be called several times for one group; not for one
   * of a single execution.
   */
  groupRests?(group: QueryGroup, activity: UnitActivity, reporter: Reporter): void
}
