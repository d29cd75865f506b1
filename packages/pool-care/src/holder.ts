import type { CallSite, Checkout, PoolView } from '@pgspan/lifecycle'

/** Who holds a connection, in words that may leave the process. */
export interface Holder {
  readonly pool: string
  /** Milliseconds since it got the connection. */
  readonly heldMillis: number
  /** The unit of work that asked for it: `GET /orders/:id`, a job's name. */
  readonly unit: string | undefined
  /** The line that asked for it; known where stacks of checkouts are kept, see the leak watch of insights. */
  readonly callSite: CallSite | undefined
  /** The server's process id, as in `pg_stat_activity.pid`. */
  readonly backendProcessId: number | undefined
  /** Summary of the last query that it has an answer to; undefined if there is none. */
  readonly statement: string | undefined
  /** Whether it waits for an answer. */
  readonly isRunning: boolean
}

/** The longest first. */
export function holdersOf(pool: PoolView): readonly Holder[] {
  return [...pool.held].map(describe)
}

function describe(checkout: Checkout): Holder {
  return {
    pool: checkout.pool.name,
    heldMillis: Math.round(performance.now() - checkout.acquiredAt),
    unit: checkout.unitOfWork?.name,
    callSite: checkout.callSite(),
    backendProcessId: checkout.connection?.backendProcessId,
    statement: checkout.latestShape?.summary,
    isRunning: checkout.runningQueries > 0,
  }
}
