import { setTimeout as sleep } from 'node:timers/promises'
import { createInsights, type Finding, type Insights } from '@pgspan/insights'
import { declareHold, PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lineMarked } from './lines.js'
import { loadPg } from './load-pg.js'
import { useTelemetry } from './telemetry.js'
import { useTestDatabase } from './test-database.js'

/**
 * Every kind of trouble with pools on a real server, with its line, and what looks like it and is none.
 *
 * @param through leads to the server another way.
 */
export function describePoolFindings(
  through: (connectionString: string) => string = (direct) => direct,
): void {
  const database = useTestDatabase(
    'CREATE TABLE accounts (id int PRIMARY KEY, balance int); INSERT INTO accounts VALUES (1, 10), (2, 20)',
  )
  const telemetry = useTelemetry()
  const instrumentation = new PgInstrumentation()
  afterAll(() => instrumentation.disable())

  const file = 'test/support/pool-findings.ts'
  const poolKinds = [
    'leaked_checkout',
    'nested_acquire',
    'pool_deadlock',
    'dirty_release',
    'transaction_left_open',
  ]
  const leakMillis = 1_000

  let insights: Insights
  const pools: pg.Pool[] = []
  const out: Set<pg.PoolClient> = new Set()
  beforeEach(() => {
    insights = createInsights({ leakedCheckoutMillis: leakMillis, slowQueryMillis: false })
    insights.attach()
  })
  afterEach(async () => {
    for (const client of out) client.release(true)
    await Promise.all(pools.splice(0).map((pool) => pool.end()))
    insights.close()
  })

  function makePool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new (loadPg().Pool)({
      connectionString: through(database().connectionString),
      max: 3,
      ...options,
    })
    pools.push(pool)
    // What a test keeps is given back after it.
    pool.on('acquire', (client) => out.add(client))
    pool.on('release', (_error, client) => out.delete(client))
    return pool
  }

  function found(): readonly Finding[] {
    return insights.findings().filter(({ kind }) => poolKinds.includes(kind))
  }

  async function seen(kind: string): Promise<Finding> {
    for (let i = 0; i < 200; i++) {
      const finding = insights.findings().find((one) => one.kind === kind)
      if (finding !== undefined) return finding
      await sleep(25)
    }
    throw new Error(`no ${kind} was found, only ${insights.findings().map((one) => one.kind)}`)
  }

  function site(mark: string): unknown {
    return { file, line: lineMarked(import.meta.url, mark) }
  }

  async function pointsOf(metric: string): Promise<Record<string, number>> {
    const points = await telemetry.points(metric)
    return Object.fromEntries(
      points.map(({ attributes, value }) => [
        `${attributes['db.client.connection.pool.name']} ${attributes['pgspan.leak.kind'] ?? ''}`.trim(),
        value as number,
      ]),
    )
  }

  describe('a leaked checkout', () => {
    test('of a request that has ended is found with the line that took it, and recovers when it comes back', async () => {
      const pool = makePool()
      const { name } = database()
      const before = await pointsOf('pgspan.leaks')
      const client = await runInUnitOfWork('GET /report', async function report() {
        const taken = await pool.connect() // owner ended
        await taken.query('SELECT balance FROM accounts WHERE id = $1', [1])
        return taken
      })
      const finding = await seen('leaked_checkout')
      expect(finding).toMatchObject({
        severity: 'warning',
        unit: 'GET /report',
        title: `A connection of pool ${name} was not given back by what has taken it and ended, after SELECT accounts, in GET /report.`,
        evidence: { leak: 'owner_ended', inTransaction: false, recovered: false, limit: 3 },
        statement: 'SELECT balance FROM accounts WHERE id = $1',
        callSite: { ...(site('owner ended') as object), functionName: 'report' },
      })
      expect((await pointsOf('pgspan.leaks.suspected'))[name]).toBe(1)
      const leaks = await pointsOf('pgspan.leaks')
      expect((leaks[`${name} owner_ended`] ?? 0) - (before[`${name} owner_ended`] ?? 0)).toBe(1)
      expect(leaks[`${name} inactive`]).toBeDefined()
      client.release()
      expect(insights.findings()[0]).toMatchObject({
        id: finding.id,
        severity: 'info',
        evidence: { leak: 'owner_ended', recovered: true },
      })
      expect((await pointsOf('pgspan.leaks.suspected'))[name]).toBe(0)
      expect((await pointsOf('pgspan.leaks.recovered'))[name]).toBeGreaterThan(0)
    })

    test('that idles in a transaction is found, with its latest statement', async () => {
      const pool = makePool()
      async function transfer(): Promise<void> {
        const client = await pool.connect() // idle in transaction
        await client.query('BEGIN')
        await client.query('UPDATE accounts SET balance = balance + 1 WHERE id = 1')
      }
      await transfer()
      const finding = await seen('leaked_checkout')
      expect(finding.evidence).toMatchObject({ leak: 'idle_in_transaction', inTransaction: true })
      expect(finding.title).toMatch(/has been idle in a transaction for .*, after UPDATE accounts\.$/)
      expect(finding.callSite).toMatchObject({
        ...(site('idle in transaction') as object),
        functionName: 'transfer',
      })
    })

    test('that nobody uses is found, also one that was taken with a callback', async () => {
      const pool = makePool()
      await new Promise<void>((resolve) => {
        // biome-ignore format: the mark is on the line of the call
        pool.connect((_error, client) => { if (client) resolve() }) // inactive
      })
      const finding = await seen('leaked_checkout')
      expect(finding.evidence).toMatchObject({ leak: 'inactive', inTransaction: false })
      expect(finding.callSite).toMatchObject(site('inactive') as object)
    })

    test('stands in the list of live checkouts, beside what runs, what is kept and what waits', async () => {
      const pool = makePool()
      const [listener, worker] = [await pool.connect(), await pool.connect()]
      await listener.query('LISTEN news')
      const running = worker.query('SELECT pg_sleep(0.3)')
      await pool.connect()
      const waiting = pool.connect()
      await sleep(20)
      expect(insights.checkouts()).toMatchObject([
        {
          pool: database().name,
          state: 'kept',
          reason: 'listens for notifications',
          latest: 'LISTEN',
          leak: undefined,
        },
        { state: 'running', leak: undefined, idleMillis: 0 },
        { state: 'inactive', leak: undefined, callSite: { file } },
        { state: 'waiting', leak: undefined },
      ])
      await running
      listener.release()
      worker.release()
      ;(await waiting).release()
      expect(insights.checkouts()).toHaveLength(1)
    })
  })

  describe('a nested acquire', () => {
    test('is found when it is asked for, with both lines', async () => {
      const pool = makePool()
      await runInUnitOfWork('POST /transfers', async function transfer() {
        const client = await pool.connect() // outer of nested
        try {
          await client.query('BEGIN')
          await pool.query('SELECT balance FROM accounts WHERE id = 1') // nested
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      })
      expect(found()).toMatchObject([
        {
          kind: 'nested_acquire',
          severity: 'warning',
          unit: 'POST /transfers',
          evidence: {
            limit: 3,
            used: 1,
            holder: expect.stringContaining(`${file}:${lineMarked(import.meta.url, 'outer of nested')}`),
          },
          callSite: site('nested'),
        },
      ])
    })

    test('is found in a helper that was called back, and outside any unit of work', async () => {
      const pool = makePool()
      async function withClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
        const client = await pool.connect() // in the helper
        try {
          return await work(client)
        } finally {
          client.release()
        }
      }
      async function audit(): Promise<void> {
        await withClient((client) => client.query('SELECT 1'))
      }
      await withClient(async (client) => {
        await client.query('SELECT 1')
        await audit()
      })
      expect(found()).toMatchObject([{ kind: 'nested_acquire', unit: '', callSite: site('in the helper') }])
    })
  })

  describe('a deadlock of a pool', () => {
    test('is found within a second, while it lasts, with the lines of those who hold and of those who wait', async () => {
      const pool = makePool({ connectionTimeoutMillis: 1_500 })
      const { name } = database()
      const transfer = async (): Promise<void> => {
        const client = await pool.connect() // holder
        try {
          await client.query('BEGIN')
          await pool.query('SELECT 1') // waiter
        } finally {
          client.release(true)
        }
      }
      const all = [1, 2, 3].map(() => runInUnitOfWork('POST /transfers', transfer).catch(() => 'gave up'))
      for (let i = 0; i < 500 && pool.waitingCount < 3; i++) await sleep(5)
      const lockedAt = performance.now()
      const finding = await seen('pool_deadlock')
      const stuckMillis = Number(finding.evidence.stuckMillis)
      expect(stuckMillis).toBeGreaterThanOrEqual(300)
      expect(stuckMillis - (performance.now() - lockedAt)).toBeLessThan(100)
      expect(pool.waitingCount).toBe(3)
      expect(finding).toMatchObject({
        severity: 'critical',
        title: `Pool ${name} is deadlocked: all 3 connections are held by code that waits for another one.`,
        evidence: {
          count: 3,
          waiting: 3,
          proven: true,
          holders: expect.stringMatching(
            new RegExp(`^${file}:${lineMarked(import.meta.url, 'holder')}:\\d+ \\(transfer\\) ×3$`),
          ),
          waiters: expect.stringMatching(
            new RegExp(`^${file}:${lineMarked(import.meta.url, 'waiter')}:\\d+ \\(transfer\\) ×3$`),
          ),
        },
        callSite: site('holder'),
      })
      expect((await pointsOf('pgspan.deadlocks'))[name]).toBe(1)
      await Promise.all(all)
      expect(insights.findings().find(({ kind }) => kind === 'pool_deadlock')?.count).toBe(1)
    })

    test('of two pools whose holders wait for each other is found', async () => {
      const [one, other] = [
        makePool({ max: 1, connectionTimeoutMillis: 1_200 }),
        makePool({ max: 1, connectionTimeoutMillis: 1_200 }),
      ]
      const take = async (first: pg.Pool, second: pg.Pool): Promise<void> => {
        const client = await first.connect()
        try {
          await sleep(50)
          ;(await second.connect()).release()
        } finally {
          client.release()
        }
      }
      const all = [
        runInUnitOfWork('a', () => take(one, other)).catch(() => {}),
        runInUnitOfWork('b', () => take(other, one)).catch(() => {}),
      ]
      await seen('pool_deadlock')
      await Promise.all(all)
      expect(found().filter(({ kind }) => kind === 'pool_deadlock')).toHaveLength(2)
    })
  })

  describe('a dirty release', () => {
    test('in a transaction is found with the line that gave it back', async () => {
      const pool = makePool()
      const client = await pool.connect()
      await client.query('BEGIN')
      await client.query('UPDATE accounts SET balance = 1 WHERE id = 2')
      client.release() // in a transaction
      expect(found()).toMatchObject([{ kind: 'transaction_left_open', callSite: site('in a transaction') }])
      await pool.query('ROLLBACK')
    })

    test('in a failed transaction is found with the line that gave it back', async () => {
      const pool = makePool()
      const client = await pool.connect()
      await client.query('BEGIN')
      await expect(client.query('SELECT 1/0')).rejects.toThrow('division by zero')
      client.release() // in a failed transaction
      expect(found()).toMatchObject([
        { kind: 'transaction_left_open', callSite: site('in a failed transaction') },
      ])
      await pool.query('ROLLBACK')
    })

    test('with a query still running is found with the line that gave it back', async () => {
      const pool = makePool()
      const client = await pool.connect() // taker of running
      const running = client.query('SELECT pg_sleep(0.1)')
      client.release() // running
      await running
      expect(found()).toMatchObject([
        {
          kind: 'dirty_release',
          evidence: {
            release: 'active_query',
            taken: expect.stringContaining(`:${lineMarked(import.meta.url, 'taker of running')}:`),
          },
          callSite: site('running'),
        },
      ])
    })

    test('that comes twice is found with the second line, and throws as ever', async () => {
      const pool = makePool()
      const client = await pool.connect()
      client.release()
      expect(() => client.release()).toThrow('Release called on client which has already been released') // twice
      expect(found()).toMatchObject([
        { kind: 'dirty_release', evidence: { release: 'double' }, callSite: site('twice') },
      ])
    })

    test('is counted by kind', async () => {
      const points = await telemetry.points('pgspan.release.dirty')
      const kinds = points
        .filter(({ value }) => (value as number) > 0)
        .map(({ attributes }) => attributes['pgspan.release.kind'])
      expect(new Set(kinds)).toEqual(
        new Set(['in_transaction', 'failed_transaction', 'active_query', 'double']),
      )
    })
  })

  describe('nothing is found where', () => {
    /** Long enough for every threshold. */
    const aWhile = leakMillis * 1.5

    test('a report runs for long', async () => {
      const pool = makePool()
      const client = await pool.connect()
      await client.query(`SELECT pg_sleep(${aWhile / 1_000})`)
      client.release()
      expect(found()).toEqual([])
    })

    test('a long transaction is at work', async () => {
      const pool = makePool()
      const client = await pool.connect()
      await client.query('BEGIN')
      for (let n = 0; n < 8; n++) {
        await client.query('SELECT pg_sleep(0.1)')
        await sleep(100)
      }
      await client.query('COMMIT')
      client.release()
      expect(found()).toEqual([])
    })

    test('somebody listens, leads by an advisory lock, or has declared that the connection is kept', async () => {
      const pool = makePool()
      const listener = await runInUnitOfWork('start', () => pool.connect())
      await listener.query('LISTEN news')
      const leader = await pool.connect()
      await leader.query('SELECT pg_advisory_lock($1)', [7])
      declareHold(await pool.connect(), 'keeps a temporary table')
      await sleep(aWhile)
      expect(found()).toEqual([])
      expect(insights.checkouts().map(({ state, reason }) => [state, reason])).toEqual([
        ['kept', 'listens for notifications'],
        ['kept', 'holds an advisory lock'],
        ['kept', 'keeps a temporary table'],
      ])
    })

    test('a busy pool moves', async () => {
      const pool = makePool({ max: 2 })
      const work = async (): Promise<void> => {
        const client = await pool.connect()
        await client.query('SELECT 1')
        await sleep(20)
        await client.query('SELECT 1')
        client.release()
      }
      await Promise.all(Array.from({ length: 60 }, () => runInUnitOfWork('work', work)))
      expect(found()).toEqual([])
    })

    test('holders wait for something else while others wait for them', async () => {
      const pool = makePool({ max: 1 })
      const client = await runInUnitOfWork('slow caller', () => pool.connect())
      const waiting = runInUnitOfWork('other', () => pool.query('SELECT 1'))
      await sleep(leakMillis / 2)
      await sleep(leakMillis / 4)
      client.release()
      await waiting
      expect(found()).toEqual([])
    })

    test('a lock is held in a pool of its own', async () => {
      const [locks, data] = [makePool({ max: 1 }), makePool({ max: 1 })]
      await runInUnitOfWork('job', async () => {
        const lock = await locks.connect()
        await lock.query('SELECT pg_advisory_lock(1)')
        const client = await data.connect()
        await client.query('SELECT 1')
        client.release()
        await data.query('SELECT 1')
        await lock.query('SELECT pg_advisory_unlock(1)')
        lock.release()
      })
      expect(found()).toEqual([])
    })

    test('two transactions of one request run side by side', async () => {
      const pool = makePool()
      const transact = async (pause: number): Promise<void> => {
        await sleep(pause)
        const client = await pool.connect()
        await client.query('BEGIN')
        await sleep(30)
        await client.query('COMMIT')
        client.release()
      }
      await runInUnitOfWork('GET /dashboard', () => Promise.all([transact(0), transact(15), transact(25)]))
      expect(found()).toEqual([])
    })

    test('the queries of one request run side by side', async () => {
      const pool = makePool({ max: 2 })
      await runInUnitOfWork('GET /dashboard', () =>
        Promise.all(Array.from({ length: 12 }, () => pool.query('SELECT pg_sleep(0.01)'))),
      )
      expect(found()).toEqual([])
    })

    test('a cursor or a stream was read to its end, or closed', async () => {
      const pool = makePool()
      const client = await pool.connect()
      const cursor = client.query(new Cursor('SELECT generate_series(1, 10)'))
      await cursor.read(100)
      await cursor.close()
      const stream = client.query(new QueryStream('SELECT generate_series(1, 10)'))
      for await (const _ of stream) {
        // Read to the end.
      }
      const abandoned = client.query(new QueryStream('SELECT generate_series(1, 10000)'))
      for await (const _ of abandoned) break
      client.release()
      expect(found()).toEqual([])
    })

    test('a connection in a transaction is given back to be closed', async () => {
      const pool = makePool()
      const client = await pool.connect()
      await client.query('BEGIN')
      client.release(true)
      expect(found()).toEqual([])
    })
  })
}
