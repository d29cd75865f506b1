import { setTimeout as sleep } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import {
  type PoolCare,
  type PoolCareOptions,
  startDoctor,
  startPoolCare,
  startServerFigures,
} from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

const patiently = { timeout: 10_000, interval: 10 }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await forgetCounts()
  telemetry.reset()
})

function care(options: PoolCareOptions): PoolCare {
  const started = startPoolCare(options)
  closing.push(() => started.close())
  return started
}

function makePool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 3, ...options })
  closing.push(() => pool.end())
  return pool
}

async function throughProxy(): Promise<{ proxy: TcpProxy; connectionString: string }> {
  const proxy = await startProxy(database())
  closing.push(() => proxy.close())
  const url = new URL(database().connectionString)
  url.port = String(proxy.port)
  return { proxy, connectionString: url.href }
}

/** The server's processes behind the connections of a pool, opened at once. */
async function fill(pool: pg.Pool, count = 3): Promise<number[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()))
  const pids: number[] = []
  for (const client of clients) {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    pids.push(rows[0].pid)
  }
  for (const client of clients) client.release()
  return pids
}

async function terminate(pids: readonly number[]): Promise<void> {
  const { Client } = loadPg()
  const client = new Client(database().connectionString)
  await client.connect()
  await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
  await client.end()
}

const known: Record<string, number> = {}

async function counts(): Promise<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const { attributes, value } of await telemetry.points('pgspan.validations')) {
    const key = `${attributes['pgspan.validation.moment']} ${attributes['pgspan.validation.result']}`
    all[key] = (all[key] ?? 0) + (value as number)
  }
  for (const { value } of await telemetry.points('pgspan.connections.recycled'))
    all.recycled = (all.recycled ?? 0) + (value as number)
  for (const { attributes, value } of await telemetry.points('pgspan.retries'))
    all[`retry ${attributes['pgspan.retry.kind']} ${attributes['error.type']}`] = value as number
  for (const { attributes, value } of await telemetry.points('pgspan.connections.closed')) {
    const reason = String(attributes['pgspan.connection.close_reason'])
    if (reason !== 'pool_end') all[`closed ${reason}`] = (all[`closed ${reason}`] ?? 0) + (value as number)
  }
  const since = Object.entries(all).map(([key, value]) => [key, value - (known[key] ?? 0)] as const)
  return Object.fromEntries(since.filter(([, value]) => value > 0))
}

async function forgetCounts(): Promise<void> {
  for (const [key, value] of Object.entries(await counts())) known[key] = (known[key] ?? 0) + value
}

describe('validation in the background', () => {
  test('closes connections of a silent peer before anybody gets one', async () => {
    const { proxy, connectionString } = await throughProxy()
    const pool = makePool({ connectionString })
    care({ validateEveryMillis: 100, validationTimeoutMillis: 60 })
    const before = await fill(pool)
    proxy.silence()
    await expect.poll(() => pool.totalCount, patiently).toBe(0)
    proxy.forward()
    const after = await fill(pool)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])
    expect(await counts()).toMatchObject({ 'background timeout': 3, 'closed validation': 3 })
  })

  test('leaves working connections their place, their age and their use count', async () => {
    const pool = makePool({ idleTimeoutMillis: 2_000 })
    const pids = await fill(pool)
    const filledAt = performance.now()
    care({ validateEveryMillis: 60, validationTimeoutMillis: 60 })
    const order = (): unknown[] =>
      (pool as unknown as { _idle: { client: { processID: number } }[] })._idle.map(
        ({ client }) => client.processID,
      )
    await sleep(300)
    // One of them may be out for validation at this moment.
    await expect.poll(order, patiently).toEqual(pids)
    // They expire as if nobody had asked.
    await expect.poll(() => pool.totalCount, patiently).toBe(0)
    expect(performance.now() - filledAt).toBeGreaterThan(1_900)
    expect((await counts())['background valid']).toBeGreaterThan(5)
  })

  test('is counted as idle meanwhile, makes no span, and is in nobody’s way', async () => {
    const { proxy, connectionString } = await throughProxy()
    const pool = makePool({ connectionString, max: 1 })
    await fill(pool, 1)
    telemetry.reset()
    care({ validateEveryMillis: 300, validationTimeoutMillis: 300 })
    proxy.silence()
    await expect.poll(() => pool.idleCount, patiently).toBe(0)
    const states: Record<string, number> = {}
    for (const { attributes, value } of await telemetry.points('db.client.connection.count')) {
      const state = String(attributes['db.client.connection.state'])
      states[state] = (states[state] ?? 0) + (value as number)
    }
    expect(states).toEqual({ used: 0, idle: 1, connecting: 0 })
    proxy.forward()
    // Waits for the one connection of the pool, and gets another.
    await pool.query('SELECT 1')
    expect(telemetry.spans().filter(({ name }) => name === 'SELECT')).toHaveLength(1)
  })
})

describe('validation before use', () => {
  test('a connection that the server has closed, or that is silent, is replaced and nobody notices', async () => {
    const { proxy, connectionString } = await throughProxy()
    const pool = makePool({ connectionString })
    care({ validateIdleLongerThanMillis: 0, validationTimeoutMillis: 80 })
    await fill(pool)
    proxy.silence()
    const asked = Promise.all([1, 2, 3, 4].map((n) => pool.query('SELECT $1::int AS n', [n])))
    await sleep(30)
    proxy.forward()
    expect((await asked).map(({ rows }) => rows[0].n)).toEqual([1, 2, 3, 4])
    expect(await counts()).toMatchObject({ 'before_use timeout': 3 })
  })

  test('does not ask a connection that was idle for less', async () => {
    const pool = makePool()
    care({ validateIdleLongerThanMillis: 10_000 })
    await fill(pool)
    await pool.query('SELECT 1')
    expect(await counts()).toEqual({})
  })

  test('keeps the timeout of the pool, and serves callbacks', async () => {
    const { proxy, connectionString } = await throughProxy()
    const pool = makePool({ connectionString, max: 1, connectionTimeoutMillis: 150 })
    care({ validateIdleLongerThanMillis: 0, validationTimeoutMillis: 500 })
    await fill(pool, 1)
    proxy.silence()
    const error = await new Promise((resolve) => pool.connect((failure) => resolve(failure)))
    expect(error).toMatchObject({ message: 'timeout exceeded when trying to connect' })
  })

  test('without care, a query on a silent connection has no end', async () => {
    const { proxy, connectionString } = await throughProxy()
    const pool = makePool({ connectionString, max: 1 })
    await fill(pool, 1)
    proxy.silence()
    const query = pool.query({ text: 'SELECT 1', query_timeout: 300 } as pg.QueryConfig)
    await expect(query).rejects.toThrow('Query read timeout')
  })
})

describe('sessions that the server terminates', () => {
  test('end no process that has care, and are named once', async () => {
    const pool = makePool()
    care({ validateIdleLongerThanMillis: 0 })
    const pids = await fill(pool)
    expect(pool.listenerCount('error')).toBe(1)
    await terminate(pids)
    const { rows } = await pool.query('SELECT 1 AS n')
    expect(rows).toEqual([{ n: 1 }])
  })
})

describe('recycling', () => {
  test('replaces connections at their age, each at its own, and not while they are held', async () => {
    const pool = makePool({ max: 9 })
    care({ maxLifetimeMillis: 600, lifetimeJitter: 0.9 })
    const held = await pool.connect()
    const { rows } = await held.query('SELECT pg_backend_pid() AS pid')
    await fill(pool, 8)
    const sizes = new Set<number>()
    for (let i = 0; i < 500 && pool.totalCount > 1; i++) {
      sizes.add(pool.totalCount)
      await sleep(10)
    }
    expect(sizes.size).toBeGreaterThan(1)
    expect((await held.query('SELECT pg_backend_pid() AS pid')).rows).toEqual(rows)
    held.release()
    expect(pool.totalCount).toBe(0)
    expect(await counts()).toEqual({ recycled: 9, 'closed max_lifetime': 9 })
  })
})

test('care that is closed leaves a pool as it was', async () => {
  const pool = makePool()
  const started = startPoolCare({ validateIdleLongerThanMillis: 0, openingRetries: 1 })
  await fill(pool)
  started.close()
  expect(Object.keys(pool)).not.toContain('newClient')
  expect(Object.hasOwn(pool, '_acquireClient')).toBe(false)
  expect(Object.hasOwn(pool, 'newClient')).toBe(false)
  expect(pool.listenerCount('error')).toBe(0)
})

test('a pool that is cared for, examined and watched is collected when the application forgets it', async () => {
  if (globalThis.gc === undefined) throw new Error('the tests run with --expose-gc')
  care({
    validateIdleLongerThanMillis: 0,
    validateEveryMillis: 50,
    validationTimeoutMillis: 50,
    openingRetries: 1,
  })
  const doctor = startDoctor({ announces: true })
  const figures = startServerFigures()
  closing.push(() => doctor.close())
  closing.push(() => figures.close())
  const drop = async (): Promise<WeakRef<pg.Pool>> => {
    const options = { connectionString: database().connectionString, idleTimeoutMillis: 10 }
    const pool = new (loadPg().Pool)(options)
    await pool.query('SELECT 1')
    await figures.ask()
    await doctor.examine()
    for (let i = 0; i < 500 && pool.totalCount > 0; i++) await sleep(5)
    return new WeakRef(pool)
  }
  const dropped = await drop()
  for (let i = 0; i < 100 && dropped.deref() !== undefined; i++) {
    // A look at a weak reference keeps its target for the rest of the turn.
    await sleep(5)
    globalThis.gc()
    await sleep(5)
  }
  expect(dropped.deref()).toBeUndefined()
})

test('a name that no pool has is said once, with those that there are', async () => {
  const lines: string[] = []
  const ignore = (): void => {}
  const say = (line: string): void => {
    lines.push(line)
  }
  diag.setLogger({ warn: say, error: say, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN)
  await fill(makePool())
  const [name] = [...processState().dispatcher.pools].map((pool) => pool.name)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const started = startPoolCare({ pools: ['orders', name ?? ''] })
  vi.advanceTimersByTime(300_000)
  vi.useRealTimers()
  started.close()
  diag.disable()
  expect(lines).toEqual([`pgspan: startPoolCare: no pool has the name orders; there are ${name}`])
})

test.each([
  [
    { validateEveryMillis: 1_000, maxLifetimeMillis: 500 },
    /validateEveryMillis must be below maxLifetimeMillis/,
  ],
  [{ validateEveryMillis: 100, validationTimeoutMillis: 200 }, /validationTimeoutMillis must not be above/],
  [{ lifetimeJitter: 0.2 }, /lifetimeJitter does nothing without maxLifetimeMillis/],
  [{ maxLifetimeMillis: -1 }, /maxLifetimeMillis must be a number of milliseconds above 0, got -1/],
  [{ validate: true }, /unknown option validate; known are pools, /],
  [{ pools: 'orders' }, /pools must be a list of names, got string/],
])('%j is refused', (options, message) => {
  expect(() => startPoolCare(options as PoolCareOptions)).toThrow(message)
})
