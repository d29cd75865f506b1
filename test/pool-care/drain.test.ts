import { setTimeout as sleep } from 'node:timers/promises'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { startPoolCare } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

function makePool(options: pg.PoolConfig = {}): pg.Pool {
  return new (loadPg().Pool)({ connectionString: database().connectionString, max: 2, ...options })
}

test('a drain waits for what runs and what waits, ends the pools, and is clean', async () => {
  const care = startPoolCare()
  const pools = [makePool(), makePool()]
  const work = pools.flatMap((pool) =>
    [1, 2, 3].map(async (n) => {
      await pool.query('SELECT pg_sleep(0.05)')
      return (await pool.query('SELECT $1::int AS n', [n])).rows[0].n
    }),
  )
  const report = await care.drain(5_000)
  expect(await Promise.all(work)).toEqual([1, 2, 3, 1, 2, 3])
  expect(report).toEqual({ isClean: true, holders: [], waiting: 0, leftOpen: [] })
  expect(pools.map(({ ended }) => ended)).toEqual([true, true])
  care.close()
})

test('after its deadline it says who holds what, cuts that off and answers who waits', async () => {
  const care = startPoolCare()
  const pool = makePool()
  const client = await runInUnitOfWork('nightly report', async () => {
    const held = await pool.connect()
    await held.query('SELECT 1 FROM pg_class LIMIT 1')
    return held
  })
  const running = pool.query('SELECT pg_sleep(30)')
  const waiting = pool.connect()
  const settled = Promise.allSettled([running, waiting])
  await sleep(50)
  const report = await care.drain(100)
  expect(report.isClean).toBe(false)
  expect(report.waiting).toBe(1)
  const { holders } = report
  expect(holders).toMatchObject([
    { unit: 'nightly report', statement: 'SELECT pg_class', isRunning: false },
    { statement: undefined, isRunning: true },
  ])
  expect(holders[0]?.heldMillis).toBeGreaterThan(100)
  expect(holders[0]?.backendProcessId).toBeGreaterThan(0)
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(pool.ended).toBe(true)
  client.release()
  care.close()
})

test('without care, a pool that is ended waits for who holds a connection, for ever', async () => {
  const pool = makePool()
  const client = await pool.connect()
  const ended = pool.end().then(() => 'ended')
  expect(await Promise.race([ended, sleep(200, 'still waiting')])).toBe('still waiting')
  client.release()
  expect(await ended).toBe('ended')
})

test('a pool that the application has ended already is waited for', async () => {
  const care = startPoolCare()
  const pool = makePool()
  const query = pool.query('SELECT pg_sleep(0.1)')
  await sleep(30)
  const ended = pool.end()
  expect(await care.drain(5_000)).toMatchObject({ isClean: true })
  await Promise.all([query, ended])
  care.close()
})

test('a deadline that is none is refused', () => {
  const care = startPoolCare()
  expect(() => care.drain(Number.NaN)).toThrow(TypeError)
  care.close()
})
