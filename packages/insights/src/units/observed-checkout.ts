import type { Context } from '@opentelemetry/api'
import type { AcquirePath, DatabaseTarget, UnitOfWork } from '@pgspan/lifecycle'

/** The answer to one request for a pooled connection, as detectors see it. */
export interface ObservedCheckout {
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  readonly poolName: string
  readonly target: DatabaseTarget
  /** What was waited for: `queue` for others to give a connection back, `create` for a new one to open. */
  readonly path: AcquirePath
  /** Milliseconds. */
  readonly waitMillis: number
  /** Of these, the event loop was blocked. */
  readonly stallMillis: number
  /** The most connections that the pool opens; undefined if it has ended. */
  readonly limit: number | undefined
  /** The request gave up waiting. */
  readonly timedOut: boolean
  /** On the monotonic clock. */
  readonly settledAt: number
  /** As {@link ObservedQuery.ignoredFindings}. */
  readonly ignoredFindings: string | undefined
}
