import { setTimeout as sleep } from 'node:timers/promises'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import { startPoolCare } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

const seed = Number(process.env.PGSPAN_SEED) || Math.floor(Math.random() * 2 ** 31)
let state = seed
/** mulberry32: the same numbers for the same seed. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const below = (limit: number): number => Math.floor(random() * limit)

const max = 4

test(`whatever happens, each request is answered with a connection of its own that works (PGSPAN_SEED=${seed})`, async () => {
  const pool = new (loadPg().Pool)({
    connectionString: database().connectionString,
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 150,
  })
  const care = startPoolCare({
    validateEveryMillis: 20,
    validationTimeoutMillis: 20,
    validateIdleLongerThanMillis: 0,
    maxLifetimeMillis: 300,
    lifetimeJitter: 0.9,
    openingRetries: 5,
  })
  const held = new Set<pg.PoolClient>()
  const answers: Promise<void>[] = []
  let pending = 0

  const acquire = async (): Promise<void> => {
    pending++
    const client = await pool.connect()
    pending--
    expect(held.has(client)).toBe(false)
    held.add(client)
    const ignore = (): void => {}
    client.on('error', ignore)
    // Nobody has lost it yet: it was asked the moment before.
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await sleep(below(15))
    held.delete(client)
    client.off('error', ignore)
    client.release(random() < 0.1)
  }
  const steps = [
    () => answers.push(acquire()),
    () => answers.push(acquire()),
    () => answers.push(pool.query('SELECT pg_sleep(0.005)').then(() => {})),
    () => sleep(below(30)),
    () => terminateIdle(pool),
  ]
  for (let i = 0; i < 300; i++) {
    await steps[below(steps.length)]?.()
    expect(pool.totalCount).toBeLessThanOrEqual(max)
    expect(held.size).toBeLessThanOrEqual(max)
  }
  await Promise.all(answers)
  expect(pending).toBe(0)
  const [view] = [...processState().dispatcher.pools]
  expect([view?.used, view?.pending, view?.held.size, view?.waiting.size]).toEqual([0, 0, 0, 0])
  expect(await care.drain(5_000)).toMatchObject({ isClean: true })
  expect(pool.totalCount).toBe(0)
  care.close()
})

/** Ends the server process behind an idle connection, before the pool can hand it out: the signal is there first. */
function terminateIdle(pool: pg.Pool): void {
  const { _idle: idle } = pool as unknown as { _idle: readonly { client: { processID: number } }[] }
  const item = idle[below(idle.length)]
  try {
    if (item) process.kill(item.client.processID, 'SIGTERM')
  } catch {
    // It was ended before, and the pool has not heard of it yet.
  }
}
