import type { UnitOfWorkKind } from '@pgspan/lifecycle'

/** A unit of work that has ended, in figures. Times are milliseconds. Plain data: fit for JSON. */
export interface RecentUnit {
  /** Counts up in this process, in the order of the ends. */
  readonly number: number
  readonly kind: UnitOfWorkKind
  readonly name: string
  /** Of the response to an HTTP request; undefined for others, and for requests that were not answered. */
  readonly statusCode: number | undefined
  readonly traceId: string | undefined
  /** ISO time. */
  readonly startedAt: string
  readonly durationMillis: number
  readonly queries: number
  readonly failedQueries: number
  /** Returned or affected, as far as known. */
  readonly rows: number
  /** Executions of all queries added up; more than the duration if they ran at the same time. */
  readonly databaseMillis: number
  /** Waits for a connection and for the client's turn, added up. */
  readonly waitMillis: number
  /** Ids of what was found in it; at most 32. */
  readonly findings: readonly string[]
}

/** A unit of work with its queries, in the order in which they settled. */
export interface RecentUnitDetails extends RecentUnit {
  /** The first 200. */
  readonly listed: readonly RecentQuery[]
}

/**
 * A query of a unit of work. Its phases are `poolWaitMillis`, `queueMillis`, and `executionMillis` with
 * `consumerMillis`, one after the other.
 */
export interface RecentQuery {
  readonly fingerprint: string
  readonly summary: string
  /** Sanitised. */
  readonly statement: string
  /** From the unit's start until it was asked for, or until its connection was. */
  readonly startMillis: number
  /** From there until it settled. */
  readonly durationMillis: number
  readonly poolWaitMillis: number
  readonly queueMillis: number
  /** Undefined if waiting cannot be told apart from it. */
  readonly executionMillis: number | undefined
  /** Pauses of the reader of a cursor or stream. */
  readonly consumerMillis: number
  readonly rows: number | undefined
  /** SQLSTATE or the system's code; undefined for success. */
  readonly errorCode: string | undefined
}
