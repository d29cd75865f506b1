import type { Context } from '@opentelemetry/api'
import type { CallSite } from './call-site.js'
import type { CheckoutList } from './checkout-list.js'
import type { Connection } from './database-target.js'
import type { PoolView } from './pool-view.js'
import type { QueryShape } from './query-shape.js'
import type { UnitOfWork } from './unit-of-work.js'

/** How a pool answered a request: with an idle connection, by opening one, or after others gave one back. */
export type AcquirePath = 'idle' | 'create' | 'queue'

/** Possession of a pooled connection: from the request until the release, or until the request failed. */
export class Checkout {
  readonly pool: PoolView
  /** The caller's context at the request. The caller's callback runs in it. */
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  /** True if the pool takes and returns the connection by itself (`pool.query`). */
  readonly forSingleQuery: boolean
  readonly path: AcquirePath
  /** All times are milliseconds on the monotonic clock; 0 means not yet. */
  readonly requestedAt: number
  acquiredAt = 0
  failedAt = 0
  releasedAt = 0
  connection: Connection | undefined = undefined
  /** Why the request failed, or what the holder gave as the reason to close the connection. */
  error: unknown = undefined
  /**
   * When the first query under it was made; its span tells of the wait. Written by the source; an observer that makes
   * no span for that query sets it back to 0, so that the next query becomes the first.
   */
  firstQueryAt = 0
  /** True if the request gave up waiting, for a free connection or for a new one. */
  timedOut = false
  /** Queries under it that were made and have not settled. Written by the dispatcher, as the next three. */
  runningQueries = 0
  /** When a query under it settled last. */
  latestQueryAt = 0
  /** Of that query. */
  latestShape: QueryShape | undefined = undefined
  /** That query has failed. */
  hasLatestFailed = false
  /** Why it is meant to be kept for long: what the holder said, or what a statement under it shows. */
  holdReason: string | undefined = undefined
  /** Kinds of findings that the code which asked for it ignores, with spaces between them; written by insights. */
  ignoredFindings: string | undefined = undefined
  /** Its place in one of its pool's lists; written by the list alone. */
  list: CheckoutList | undefined = undefined
  older: Checkout | undefined = undefined
  newer: Checkout | undefined = undefined

  constructor(
    pool: PoolView,
    callerContext: Context,
    unitOfWork: UnitOfWork | undefined,
    forSingleQuery: boolean,
    path: AcquirePath,
    requestedAt: number,
  ) {
    this.pool = pool
    this.callerContext = callerContext
    this.unitOfWork = unitOfWork
    this.forSingleQuery = forSingleQuery
    this.path = path
    this.requestedAt = requestedAt
  }

  /** Milliseconds from the request to its answer; 0 while it waits. */
  get waitMillis(): number {
    const answeredAt = this.acquiredAt || this.failedAt
    return answeredAt === 0 ? 0 : answeredAt - this.requestedAt
  }

  /** When something was last known to happen under it: the acquiring, or the latest query. 0 while it waits. */
  get activeAt(): number {
    return Math.max(this.acquiredAt, this.latestQueryAt)
  }

  /**
   * The line that asked for the connection; undefined if it was not noted. Costs some 20 µs at the first call. A source
   * that can tell overrides it.
   */
  callSite(): CallSite | undefined {
    return undefined
  }

  /**
   * True if it was asked for by code that the function which asked for `holder` waits for, or by that function itself;
   * undefined if nobody can tell. A source that can tell overrides it; costs some 20 µs.
   */
  wasAskedForWithin(_holder: Checkout): boolean | undefined {
    return undefined
  }
}
