import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** What every application here does for `POST /orders/:id` with `{ "queries": 3, "pauseMillis": 2 }`. */
export interface OrderRequest {
  readonly queries: number
  readonly pauseMillis: number
}

/** A server that runs. */
export interface RunningApp {
  readonly port: number
  close(): Promise<void>
}

/** Starts an application of one framework on a free port of this machine. */
export type StartApp = (pool: pg.Pool) => Promise<RunningApp>

/** Queries one after the other, some of them from a timer that was started in the request. */
export async function handleOrder(pool: pg.Pool, body: OrderRequest): Promise<{ done: number }> {
  for (let n = 0; n < body.queries; n++) {
    if (n % 2 === 0) await sleep(body.pauseMillis)
    await pool.query('SELECT $1::int AS n', [n])
  }
  return { done: body.queries }
}
