/** Figures over everything that was observed since the start. Times are milliseconds. */
export interface InsightsStatistics {
  /** ISO time. */
  readonly since: string
  readonly queries: number
  readonly totalMillis: number
  /** Returned or affected, as far as known. */
  readonly rows: number
  /** Of the executions, off by 9 % at most. */
  readonly p50Millis: number
  readonly p95Millis: number
  /** By SQLSTATE, by the system's code (`ECONNRESET`) or `unknown`. */
  readonly failedQueries: Readonly<Record<string, number>>
  /** Units of work that have ended and made queries. */
  readonly units: number
  /** Executions of statements that came when a unit of work had 64 different ones: nothing was looked for in them. */
  readonly overlooked: number
  /** Averages over these. */
  readonly perUnit: { readonly queries: number; readonly millis: number }
  /** By total time, the largest first: at most 200, the others together as `_OTHER`. */
  readonly families: readonly FamilyStatistics[]
  /** By number of units, the largest first: at most 200, the others together as `_OTHER`. */
  readonly routes: readonly RouteStatistics[]
  /** Findings that were not made, as somebody had asked not to make them. */
  readonly suppressed: { readonly byComment: number; readonly byCode: number; readonly byFile: number }
  /** Plans that were asked for because of findings; all 0 unless `explain` is on. */
  readonly plans: { readonly captured: number; readonly failed: number; readonly skipped: number }
  /** What had to give way to the limits of memory and rates. */
  readonly limits: LimitStatistics
  /** At most 64 pools. */
  readonly poolWaits: readonly PoolWaitStatistics[]
}

/** How often a limit was reached. */
export interface LimitStatistics {
  /** Units of work that were judged early, as more than 1,000 ran at once. */
  readonly unitsPushedOut: number
  /** Findings that were forgotten, as there were more than 2,000. */
  readonly findingsForgotten: number
  /** Reports that were more than ten in their second; their findings are reported when they are seen again. */
  readonly reportsWithheld: number
  /** How often insights rested for a minute after errors of their own. */
  readonly rests: number
}

/** What statements are ranked by: total time, mean time, executions, or rows. */
export type StatementRanking = 'time' | 'mean' | 'count' | 'rows'

/** Executions of one statement. Quantiles come from logarithmic buckets and are off by 9 % at most. */
export interface FamilyStatistics {
  readonly fingerprint: string
  readonly summary: string
  /** Sanitised. */
  readonly statement: string
  readonly count: number
  /** The server's time where it is known, else from the call to the settlement. */
  readonly totalMillis: number
  readonly maximumMillis: number
  readonly p50Millis: number
  readonly p95Millis: number
  /** Returned or affected, as far as known. */
  readonly rows: number
  readonly errors: Readonly<Record<string, number>>
}

/** Units of work of one name. */
export interface RouteStatistics {
  readonly name: string
  readonly units: number
  readonly queries: number
  readonly totalMillis: number
  /** Queries per unit. */
  readonly p50Queries: number
  readonly p95Queries: number
  readonly maximumQueries: number
  /** Failed queries, as in {@link InsightsStatistics.failedQueries}. */
  readonly errors: Readonly<Record<string, number>>
}

/** Answered requests for connections of one pool. */
export interface PoolWaitStatistics {
  readonly pool: string
  readonly count: number
  readonly totalMillis: number
  readonly maximumMillis: number
}
