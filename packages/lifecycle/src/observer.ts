import type { Checkout } from './checkout.js'
import type { ConnectionOpening } from './connection-opening.js'
import type { ConnectionRemoval, PoolFailure } from './connection-removal.js'
import type { Connection } from './database-target.js'
import type { DirtyRelease } from './dirty-release.js'
import type { PoolView } from './pool-view.js'
import type { QueryExecution, QueryResultView } from './query-execution.js'

/**
 * Whose stacks are kept: everybody's, nobody's, or (`sampled`) those of the first 100 requests of a pool, of every 256th,
 * and of all while half of its connections are in use or a leak is suspected; at most 1,000 a second.
 */
export type CheckoutStacks = 'always' | 'sampled' | 'never'

/**
 * Reacts to database activity.
 *
 * Methods run synchronously on the application's query path: be quick, keep nothing alive. One that throws is
 * reported once through OpenTelemetry's `diag` and never reaches the application.
 */
export interface Observer {
  /** For diagnostics. */
  readonly name: string
  /**
   * True for an observer that makes a span of every query. While one is attached, other instrumentations of the
   * driver that are known to make the same spans are kept from it.
   */
  readonly makesQuerySpans?: boolean
  /**
   * How often the source keeps the stack of whoever asks for a connection, so that {@link Checkout.callSite} can tell;
   * the most that any attached observer wants. `sampled`: when it may be needed, see {@link CheckoutStacks}.
   */
  readonly checkoutStacks?: CheckoutStacks
  /** @param values the bound values, to be read during the call and never kept. */
  queryStarted?(query: QueryExecution, values: readonly unknown[] | undefined): void
  /** @param result undefined for failures, Submittables and texts of several statements; read it now, never keep it. */
  querySettled?(query: QueryExecution, result: QueryResultView | undefined): void
  connectionOpening?(opening: ConnectionOpening): void
  /** The connection is open, or {@link ConnectionOpening.error} says why not. */
  connectionSettled?(opening: ConnectionOpening): void
  connectionClosed?(connection: Connection): void
  checkoutRequested?(checkout: Checkout): void
  /** The request was answered: acquired, or failed with {@link Checkout.error}. */
  checkoutSettled?(checkout: Checkout): void
  checkoutReleased?(checkout: Checkout): void
  /** Before `checkoutReleased` for the same checkout; a `double` release comes long after it. */
  releasedDirty?(release: DirtyRelease): void
  /** Only for connections that had been opened. */
  connectionRemoved?(removal: ConnectionRemoval): void
  poolFailed?(failure: PoolFailure): void
  poolAppeared?(pool: PoolView): void
  /** The pool has ended or was collected. */
  poolEnded?(pool: PoolView): void
}
