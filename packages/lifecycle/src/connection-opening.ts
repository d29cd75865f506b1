import type { Context } from '@opentelemetry/api'
import type { Connection } from './database-target.js'
import type { PoolView } from './pool-view.js'
import type { UnitOfWork } from './unit-of-work.js'

/** The opening of one connection: network, encryption and authentication. */
export class ConnectionOpening {
  readonly connection: Connection
  /** Undefined for a client that belongs to no observed pool. */
  readonly pool: PoolView | undefined
  /** The context of the caller that asked for it; the root context if the pool opens it on nobody's behalf. */
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  /** All times are milliseconds on the monotonic clock; 0 means not yet. */
  readonly startedAt: number
  settledAt = 0
  error: unknown = undefined

  constructor(
    connection: Connection,
    pool: PoolView | undefined,
    callerContext: Context,
    unitOfWork: UnitOfWork | undefined,
    startedAt: number,
  ) {
    this.connection = connection
    this.pool = pool
    this.callerContext = callerContext
    this.unitOfWork = unitOfWork
    this.startedAt = startedAt
  }
}
