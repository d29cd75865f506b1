import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { type TestDatabase, useTestDatabase } from '../support/test-database.js'
import { claimedInstrumentation, loadPgAnew, useFreshMetrics } from './claimed-instrumentation.js'

const database = useTestDatabase()
useTelemetry()
const instrumentation = claimedInstrumentation()
const { Pool } = loadPgAnew()
afterAll(() => instrumentation.disable())

let metric: ReturnType<typeof useFreshMetrics>
const pools: pg.Pool[] = []

beforeEach(() => {
  metric = useFreshMetrics(instrumentation)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const pool of pools.splice(0)) if (!pool.ended) await pool.end()
})

/** A pool that is ended after the test; named by host, port and database, unless asked otherwise. */
function newPool(options: pg.PoolConfig = {}): pg.Pool {
  const { host, port, user, password, name }: TestDatabase = database()
  const pool = new Pool({ host, port, user, password, database: name, ...options })
  pools.push(pool)
  return pool
}

interface PoolValue {
  readonly pool: string
  readonly state: unknown
  readonly value: unknown
}

async function valuesOf(name: string): Promise<PoolValue[]> {
  const { dataPoints = [] } = (await metric(name)) ?? {}
  return dataPoints.map(({ attributes, value }) => ({
    pool: String(attributes['db.client.connection.pool.name']),
    state: attributes['db.client.connection.state'],
    value,
  }))
}

async function connectionsIn(state: 'used' | 'idle'): Promise<unknown[]> {
  const values = await valuesOf('db.client.connection.count')
  return values.filter((value) => value.state === state).map(({ value }) => value)
}

/** With no request around it, so that nothing but the pool itself counts. */
function outsideRequests<Result>(work: () => Promise<Result>): Promise<Result> {
  return context.with(ROOT_CONTEXT, work)
}

test('a connection that was given back is idle', async () => {
  const pool = newPool()
  await pool.query('SELECT 1')
  expect({ used: await connectionsIn('used'), idle: await connectionsIn('idle') }).toEqual({
    used: [0],
    idle: [1],
  })
})

describe('a pool is named after its database', () => {
  test('where it was made of a connection string (contrib#1415)', async () => {
    const pool = new Pool({ connectionString: database().connectionString })
    pools.push(pool)
    await pool.query('SELECT 1')
    await expectNamed()
  })

  test('where it was made of PG* variables (contrib#782)', async () => {
    const { host, port, user, password, name } = database()
    const variables = {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: name,
    }
    for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value)
    const pool = new Pool()
    pools.push(pool)
    await pool.query('SELECT 1')
    await expectNamed()
  })

  async function expectNamed(): Promise<void> {
    const values = await valuesOf('db.client.connection.count')
    const names = values.map(({ pool }) => pool)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !name.includes(database().name))).toEqual([])
  }
})

describe('requests that wait for a connection', () => {
  test('are pending while they wait', async () => {
    const pool = newPool({ max: 1 })
    const client = await pool.connect()
    const waiting = Array.from({ length: 5 }, () => pool.query('SELECT 1'))
    const pending = await valuesOf('db.client.connection.pending_requests')
    client.release()
    await Promise.all(waiting)
    expect(pending.map(({ value }) => value).filter((value) => value !== 0)).toEqual([5])
  })

  test('are counted in requests', async () => {
    await newPool().query('SELECT 1')
    expect((await metric('db.client.connection.pending_requests'))?.descriptor.unit).toBe('{request}')
  })
})

test('a pool’s limit is told under the name of the conventions 1.45', async () => {
  await newPool({ max: 7 }).query('SELECT 1')
  expect((await valuesOf('db.client.connection.limit')).map(({ value }) => value)).toEqual([7])
})

test('two pools are counted apart (contrib#3354)', async () => {
  const first = newPool()
  const second = newPool({ database: 'postgres' })
  const clients = await outsideRequests(() => Promise.all([first.connect(), first.connect()]))
  clients.push(await second.connect())
  const used = await connectionsIn('used')
  for (const client of clients) client.release()
  expect(used.filter((count) => count !== 0).sort()).toEqual([1, 2])
})

describe('a pool that is dropped without end()', () => {
  test('is collected', async () => {
    const dropped: WeakRef<pg.Pool>[] = []
    for (let n = 0; n < 10; n++) dropped.push(await dropAPool())
    const alive = (): number => dropped.filter((pool) => pool.deref() !== undefined).length
    await collect(() => alive() === 0)
    expect(alive()).toBe(0)
  })

  async function dropAPool(): Promise<WeakRef<pg.Pool>> {
    const pool = new Pool({ connectionString: database().connectionString, idleTimeoutMillis: 10 })
    await outsideRequests(() => pool.query('SELECT 1'))
    while (pool.totalCount > 0) await sleep(5)
    return new WeakRef(pool)
  }

  /** Collects garbage until the condition holds, for as long as it ever takes where it can hold. */
  async function collect(condition: () => boolean): Promise<void> {
    if (globalThis.gc === undefined) throw new Error('the tests run with --expose-gc')
    for (let n = 0; n < 50 && !condition(); n++) {
      // What was looked at lives until this turn of the event loop is over.
      await sleep(10)
      globalThis.gc()
    }
  }
})
