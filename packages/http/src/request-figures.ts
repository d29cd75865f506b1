import { BusyTime } from './busy-time.js'

/** What one request did to databases so far. Sums over its queries are milliseconds; they may overlap. */
export class RequestFigures {
  /** Milliseconds on the monotonic clock. */
  readonly startedAt: number
  /** Queries that were made, running ones included. */
  queries = 0
  /** While at least one query was in flight. */
  readonly querying: BusyTime = new BusyTime()
  /** While at least one connection was waited for. */
  readonly waiting: BusyTime = new BusyTime()
  /** While the request waited for any of this. */
  readonly occupied: BusyTime = new BusyTime()
  /** Waiting for other requests to give connections back, and for the pool's own bookkeeping. */
  poolWaitMillis = 0
  /** Waiting for new connections to open. */
  connectMillis = 0
  /** Waiting for other queries on the same client. */
  queueMillis = 0
  /** From the sending until the result was there; for cursors and streams, until the first row. */
  executeMillis = 0
  /** From the first row of cursors and streams to their end, without their reader's pauses. */
  rowsMillis = 0

  constructor(startedAt: number) {
    this.startedAt = startedAt
  }
}
