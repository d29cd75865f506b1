import { setTimeout as sleep } from 'node:timers/promises'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { type PoolCare, retryIdempotent, startPoolCare } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { type OwnServer, startOwnServer } from '../support/own-server.js'
import { useTelemetry } from '../support/telemetry.js'

const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
let server: OwnServer
let pool: pg.Pool
let care: PoolCare

beforeAll(async () => {
  server = await startOwnServer()
})
afterEach(async () => {
  care.close()
  pool.on('error', () => {})
  await pool.end()
})
afterAll(async () => {
  instrumentation.disable()
  await server.stop()
})

function makePool(options: pg.PoolConfig = {}): void {
  const { connectionString } = server
  pool = new (loadPg().Pool)({ connectionString, max: 3, connectionTimeoutMillis: 10_000, ...options })
}

async function fill(): Promise<number[]> {
  const clients = await Promise.all([1, 2, 3].map(() => pool.connect()))
  const pids: number[] = []
  for (const client of clients) {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    pids.push(rows[0].pid)
    client.release()
  }
  return pids
}

async function total(metric: string): Promise<number> {
  const points = await telemetry.points(metric)
  return points.reduce((sum, { value }) => sum + (value as number), 0)
}

describe('with care', () => {
  test('a server that is killed and started again fails no request that comes afterwards', async () => {
    makePool()
    care = startPoolCare({ validateIdleLongerThanMillis: 0, openingRetries: 10 })
    await fill()
    const before = await total('pgspan.retries')
    server.signal('SIGQUIT')
    await sleep(50)
    // While it is down; the requests wait, as the server does not take connections.
    const waiting = Promise.all([1, 2, 3, 4].map((n) => pool.query('SELECT $1::int AS n', [n])))
    await server.start()
    expect((await waiting).map(({ rows }) => rows[0].n)).toEqual([1, 2, 3, 4])
    expect(await total('pgspan.retries')).toBeGreaterThan(before)
  })

  test('a server that is down is tried again no longer than the pool’s timeout', async () => {
    makePool({ connectionTimeoutMillis: 300 })
    care = startPoolCare({ openingRetries: 1_000 })
    await fill()
    server.signal('SIGQUIT')
    await expect.poll(() => pool.totalCount).toBe(0)
    const startedAt = performance.now()
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    await server.start()
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('sessions that are frozen are replaced before anybody gets one', async () => {
    makePool()
    care = startPoolCare({ validateEveryMillis: 150, validationTimeoutMillis: 100 })
    const pids = await fill()
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await expect.poll(() => pool.totalCount, { timeout: 5_000 }).toBe(0)
      expect(await fill()).not.toContain(pids[0])
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
  })

  test('an idempotent query is run again where its connection was lost, another is not', async () => {
    makePool()
    care = startPoolCare({})
    const [, , pid] = await fill()
    const [lost] = await Promise.allSettled([pool.query('SELECT pg_terminate_backend(pg_backend_pid())')])
    expect(lost?.status).toBe('rejected')
    let runs = 0
    const { rows } = await retryIdempotent(() => {
      runs++
      return pool.query(
        runs === 1 ? 'SELECT pg_terminate_backend(pg_backend_pid())' : 'SELECT pg_backend_pid() AS pid',
      )
    })
    expect(runs).toBe(2)
    expect(rows[0].pid).not.toBe(pid)
    let attempts = 0
    const broken = retryIdempotent(() => {
      attempts++
      return pool.query('SELECT 1/0')
    })
    await expect(broken).rejects.toMatchObject({ code: '22012' })
    expect(attempts).toBe(1)
  })
})
