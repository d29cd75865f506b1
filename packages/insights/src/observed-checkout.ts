import type { Context } from '@opentelemetry/api'
import type { DatabaseTarget, UnitOfWork } from '@pgspan/lifecycle'

/** The answer to one request for a pooled connection, as detectors see it. */
export interface ObservedCheckout {
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  readonly poolName: string
  readonly target: DatabaseTarget
  /** Milliseconds. */
  readonly waitMillis: number
  /** The most connections that the pool opens; undefined if it has ended. */
  readonly limit: number | undefined
  /** The request gave up waiting. */
  readonly timedOut: boolean
  /** On the monotonic clock. */
  readonly settledAt: number
}
