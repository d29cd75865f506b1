import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolView } from '@pgspan/lifecycle'
import { type Holder, holdersOf } from './holder.js'

/** What became of the pools. */
export interface DrainReport {
  /** True if every pool was ended, and nothing was cut off for it. */
  readonly isClean: boolean
  /** Who held a connection when the time was over; what ran there has failed. */
  readonly holders: readonly Holder[]
  /** Requests that were waiting for a connection when the time was over. */
  readonly waiting: number
  /** Pools that cannot be ended from here: they are not of pg-pool's shape. */
  readonly leftOpen: readonly string[]
}

/** Nobody holds or asks for a connection for this long: the pool's work is done, not between two queries. */
const quietMillis = 50
const pollMillis = 10

/** Waits until pools have nothing to do, at most until the deadline, and ends them. */
export async function drainPools(pools: readonly PoolView[], deadlineMillis: number): Promise<DrainReport> {
  const deadline = performance.now() + deadlineMillis
  const reports = await Promise.all(pools.map((pool) => drainPool(pool, deadline)))
  return {
    isClean: reports.every(({ holders, waiting, isOpen }) => holders.length + waiting === 0 && !isOpen),
    holders: reports.flatMap(({ holders }) => holders),
    waiting: reports.reduce((sum, { waiting }) => sum + waiting, 0),
    leftOpen: reports.filter(({ isOpen }) => isOpen).map(({ name }) => name),
  }
}

interface PoolReport {
  readonly name: string
  readonly holders: readonly Holder[]
  readonly waiting: number
  readonly isOpen: boolean
}

async function drainPool(pool: PoolView, deadline: number): Promise<PoolReport> {
  await waitUntilQuiet(pool, deadline)
  const { name, pending, control } = pool
  const holders = holdersOf(pool)
  if (control === undefined) return { name, holders, waiting: pending, isOpen: !pool.ended }
  const ended = control.end()
  // A pool that is ending waits for whoever holds a connection, for ever.
  if (pool.used > 0 || pending > 0) control.abandon()
  const isOpen = await Promise.race([
    ended.then(() => false),
    // The goodbye of a server that does not answer is not waited for.
    sleep(Math.max(1_000, deadline - performance.now()), true, { ref: false }),
  ])
  if (isOpen) control.abandon()
  return { name, holders, waiting: pending, isOpen: false }
}

async function waitUntilQuiet(pool: PoolView, deadline: number): Promise<void> {
  let quietSince = performance.now()
  for (;;) {
    const now = performance.now()
    if (pool.used + pool.pending > 0) quietSince = now
    if (pool.ended || now >= deadline || now - quietSince >= quietMillis) return
    await sleep(pollMillis)
  }
}
