import type { Context, Span } from '@opentelemetry/api'
import type { CallSite, CallSiteRequest } from './call-site.js'
import type { Checkout } from './checkout.js'
import type { Connection } from './database-target.js'
import type { Observer } from './observer.js'
import type { QueryShape } from './query-shape.js'
import type { UnitOfWork } from './unit-of-work.js'

/** One column of a result. */
export interface ResultField {
  readonly name: string
  /** The column's type, as an object id of `pg_type`. */
  readonly dataTypeID: number
}

/** The result of one statement, readable during the call that hands it over and never kept. */
export interface QueryResultView {
  readonly rows: readonly unknown[]
  readonly fields: readonly ResultField[]
}

/**
 * One `client.query()` call, from the call until it is settled.
 *
 * Made by a source, handed to every observer, written by the source alone, except {@link span}. All times are
 * milliseconds on the monotonic clock (`performance.now()`); 0 means not yet.
 */
export class QueryExecution implements CallSiteRequest {
  /** The caller's context at `pool.query`, `pool.connect` or `client.query`, whichever came first for this query. */
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  readonly connection: Connection
  /** The checkout that the query runs under; undefined for a client outside any pool. */
  readonly checkout: Checkout | undefined
  readonly shape: QueryShape
  /** Name of the prepared statement; undefined for an unnamed one. */
  readonly statementName: string | undefined
  /** True if the caller reads the result through an object of its own: a cursor, a stream, COPY. */
  readonly isSubmittable: boolean
  readonly startedAt: number
  /** The text as the caller passed it, with its literals: it stays in this process. Empty if the source does not say. */
  text = ''
  /** When the query left the client's own queue for the server. */
  sentAt = 0
  /** How many queries of the same client were before it when it was called; 0 if it was sent at once. */
  queuedBehind = 0
  /** When the first row arrived; only known for a Submittable. */
  firstRowAt = 0
  settledAt = 0
  /** Milliseconds, out of those between sent and settled, that the server was given no work: a cursor's pauses. */
  consumerMillis = 0
  /** Undefined for success. */
  error: unknown = undefined
  /** True if the caller closed it before its end, or its connection went while nobody waited for a row. */
  abandoned = false
  /** Rows returned or affected, as far as known. */
  rowCount: number | undefined = undefined
  /** Somebody has asked who made the query: it is part of a finding. */
  isCallSiteWanted = false
  /** How often rows were asked for: 1, or more for a cursor. */
  fetchRounds = 1
  /** Who hears of its settlement, in order: written by the dispatcher at the start. */
  settlementObservers: readonly Observer[] | undefined = undefined
  /** Set by the first span recorder before other observers see the query; they may read it, never write it. */
  span: Span | undefined = undefined
  /** The recorder that has set {@link span}. */
  spanOwner: unknown = undefined
  /** What the first observer that wants to keeps of the running query: a map of its own would cost ten times as much. */
  observation: unknown = undefined
  /** The observer that has set {@link observation}. */
  observationOwner: unknown = undefined

  constructor(
    callerContext: Context,
    unitOfWork: UnitOfWork | undefined,
    connection: Connection,
    checkout: Checkout | undefined,
    shape: QueryShape,
    statementName: string | undefined,
    isSubmittable: boolean,
    startedAt: number,
  ) {
    this.callerContext = callerContext
    this.unitOfWork = unitOfWork
    this.connection = connection
    this.checkout = checkout
    this.shape = shape
    this.statementName = statementName
    this.isSubmittable = isSubmittable
    this.startedAt = startedAt
  }

  /** Milliseconds that the query waited for its turn on the client; 0 if it never left. */
  get queueMillis(): number {
    return this.sentAt === 0 ? 0 : this.sentAt - this.startedAt
  }

  /** Milliseconds between sent and settled without the consumer's pauses; 0 for a query that was never sent. */
  get executionMillis(): number {
    if (this.sentAt === 0 || this.settledAt === 0) return 0
    return this.settledAt - this.sentAt - this.consumerMillis
  }

  /** Answers with undefined; a source that can tell overrides it. */
  requestCallSite(listener: (site: CallSite | undefined) => void): void {
    listener(undefined)
  }
}
