import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { instrumentPool, PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())
afterEach(() => vi.unstubAllEnvs())

interface Figures {
  used: number
  idle: number
  connecting: number
  pending: number
  limit: number
}

const none: Figures = { used: 0, idle: 0, connecting: 0, pending: 0, limit: 0 }

/** What a scrape says of each pool, by name. */
async function scrape(): Promise<Record<string, Figures>> {
  const pools: Record<string, Figures> = {}
  const figuresOf = (attributes: Record<string, unknown>): Figures => {
    const name = String(attributes['db.client.connection.pool.name'])
    pools[name] ??= { ...none }
    return pools[name]
  }
  for (const { attributes, value } of await telemetry.points('db.client.connection.count')) {
    const state = attributes['db.client.connection.state'] as 'used' | 'idle' | 'connecting'
    figuresOf(attributes)[state] = value as number
  }
  for (const { attributes, value } of await telemetry.points('db.client.connection.pending_requests')) {
    figuresOf(attributes).pending = value as number
  }
  for (const { attributes, value } of await telemetry.points('db.client.connection.limit')) {
    figuresOf(attributes).limit = value as number
  }
  return pools
}

/** Until the driver has done what it does in later turns of the event loop. */
async function settled(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(2)
  expect(condition()).toBe(true)
}

describe('the figures of pools', () => {
  test('equal the truth at each of ten scrapes of two pools, from a connection string and from PG* variables', async () => {
    const { host, port, user, password, name } = database()
    const byString = new (loadPg().Pool)({ connectionString: database().connectionString, max: 3 })
    for (const [key, value] of Object.entries({
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
    })) {
      vi.stubEnv(key, value)
    }
    vi.stubEnv('PGDATABASE', 'postgres')
    const byEnvironment = new (loadPg().Pool)({ max: 2 })
    const a = name
    const b = 'postgres'

    // 1: nothing has been asked of either yet.
    expect(await scrape()).toEqual({})
    // 2: a connection is being opened.
    const opening = byString.connect()
    expect(await scrape()).toEqual({ [a]: { used: 0, idle: 0, connecting: 1, pending: 1, limit: 3 } })
    // 3: it is out.
    const first = await opening
    expect(await scrape()).toEqual({ [a]: { used: 1, idle: 0, connecting: 0, pending: 0, limit: 3 } })
    // 4: the second pool appears, by a query that runs.
    const acquired = once(byEnvironment, 'acquire')
    const query = byEnvironment.query('SELECT pg_sleep(0.5)')
    await acquired
    expect(await scrape()).toEqual({
      [a]: { used: 1, idle: 0, connecting: 0, pending: 0, limit: 3 },
      [b]: { used: 1, idle: 0, connecting: 0, pending: 0, limit: 2 },
    })
    // 5: it is done, its connection idle.
    await query
    expect((await scrape())[b]).toEqual({ used: 0, idle: 1, connecting: 0, pending: 0, limit: 2 })
    // 6: the first pool is exhausted, and two wait.
    const [second, third] = await Promise.all([byString.connect(), byString.connect()])
    const waiting = [byString.connect(), byString.connect()]
    expect((await scrape())[a]).toEqual({ used: 3, idle: 0, connecting: 0, pending: 2, limit: 3 })
    // 7: one comes back and goes to who waited longest.
    first.release()
    const fourth = await waiting[0]
    expect((await scrape())[a]).toEqual({ used: 3, idle: 0, connecting: 0, pending: 1, limit: 3 })
    // 8: one is given back to be closed; another is opened for who still waits.
    second.release(true)
    const fifth = await waiting[1]
    expect((await scrape())[a]).toEqual({ used: 3, idle: 0, connecting: 0, pending: 0, limit: 3 })
    // 9: all are back.
    for (const client of [third, fourth, fifth]) client?.release()
    expect((await scrape())[a]).toEqual({ used: 0, idle: 3, connecting: 0, pending: 0, limit: 3 })
    // 10: both pools have ended: nothing goes on with its last values.
    await Promise.all([byString.end(), byEnvironment.end()])
    expect(await scrape()).toEqual({ [a]: none, [b]: none })
  })

  test('a pool that is dropped without end() is collected, reads 0, and gives its name back', async () => {
    if (globalThis.gc === undefined) throw new Error('the tests run with --expose-gc')
    const drop = async (): Promise<WeakRef<pg.Pool>> => {
      const pool = new (loadPg().Pool)({
        connectionString: database().connectionString,
        idleTimeoutMillis: 10,
      })
      await pool.query('SELECT 1')
      expect((await scrape())[database().name]).toMatchObject({ limit: 10 })
      await settled(() => pool.totalCount === 0)
      return new WeakRef(pool)
    }
    const dropped = await drop()
    await collected(() => dropped.deref() === undefined)
    await collected(async () => (await scrape())[database().name]?.limit === 0)
    const next = new (loadPg().Pool)({ connectionString: database().connectionString, max: 7 })
    await next.query('SELECT 1')
    expect((await scrape())[database().name]).toMatchObject({ limit: 7, idle: 1 })
    await next.end()
  })

  test('count what was taken while nothing was recorded, and what was asked for then and came later', async () => {
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
    const figures = async (): Promise<Figures | undefined> => (await scrape())[database().name]
    const before = await pool.connect()
    instrumentation.disable()
    const meanwhile = await pool.connect()
    const askedMeanwhile = pool.connect()
    instrumentation.enable()
    expect(await figures()).toMatchObject({ used: 2, idle: 0 })
    meanwhile.release()
    const late = await askedMeanwhile
    expect(await figures()).toMatchObject({ used: 2, idle: 0 })
    instrumentation.disable()
    before.release()
    instrumentation.enable()
    expect(await figures()).toMatchObject({ used: 1, idle: 1 })
    late.release()
    expect(await figures()).toMatchObject({ used: 0, idle: 2 })
    await pool.end()
  })

  test('two pools of the same target are told apart', async () => {
    const options = { connectionString: database().connectionString, max: 1 }
    const pools = [new (loadPg().Pool)(options), new (loadPg().Pool)(options)]
    await Promise.all(pools.map((pool) => pool.query('SELECT 1')))
    const scraped = await scrape()
    expect(scraped[database().name]).toMatchObject({ limit: 1, idle: 1 })
    expect(scraped[`${database().name}#2`]).toMatchObject({ limit: 1, idle: 1 })
    await Promise.all(pools.map((pool) => pool.end()))
  })

  test('a pool that was given a name before its first use has it', async () => {
    const pool = instrumentPool(new (loadPg().Pool)({ connectionString: database().connectionString }), {
      name: 'reports',
    })
    await pool.query('SELECT 1')
    expect((await scrape()).reports).toMatchObject({ limit: 10, idle: 1 })
    expect(() => instrumentPool(pool, { name: '' })).toThrow('instrumentPool: name must be a text')
    await pool.end()
  })

  test('a request that gives up counts as a timeout, and the counter exists before the first', async () => {
    const pool = new (loadPg().Pool)({
      connectionString: database().connectionString,
      max: 1,
      connectionTimeoutMillis: 400,
    })
    const client = await pool.connect()
    const timeouts = async (): Promise<unknown> =>
      (await telemetry.points('db.client.connection.timeouts')).find(
        ({ attributes }) => attributes['db.client.connection.pool.name'] === database().name,
      )?.value
    expect(await timeouts()).toBe(0)
    await expect(pool.connect()).rejects.toThrow('timeout exceeded when trying to connect')
    await expect(pool.query('SELECT 1')).rejects.toThrow('timeout exceeded when trying to connect')
    expect(await timeouts()).toBe(2)
    expect((await scrape())[database().name]).toMatchObject({ used: 1, pending: 0 })
    client.release()
    await pool.end()
  })

  test('waits, uses and openings are recorded in seconds, once each', async () => {
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 1 })
    const before = await countsOfTimes()
    await Promise.all([pool.query('SELECT pg_sleep(0.06)'), pool.query('SELECT pg_sleep(0.06)')])
    const after = await countsOfTimes()
    expect(after.create_time.count - before.create_time.count).toBe(1)
    expect(after.wait_time.count - before.wait_time.count).toBe(2)
    expect(after.use_time.count - before.use_time.count).toBe(2)
    const used = after.use_time.sum - before.use_time.sum
    expect(used).toBeGreaterThan(0.115)
    expect(used).toBeLessThan(0.5)
    await pool.end()
  })
})

type Times = Record<'create_time' | 'wait_time' | 'use_time', { count: number; sum: number }>

async function countsOfTimes(): Promise<Times> {
  const sumOf = async (name: keyof Times): Promise<{ count: number; sum: number }> => {
    const points = await telemetry.points(`db.client.connection.${name}`)
    const values = points.map(({ value }) => value as { count: number; sum: number })
    return {
      count: values.reduce((sum, value) => sum + value.count, 0),
      sum: values.reduce((sum, value) => sum + value.sum, 0),
    }
  }
  return {
    create_time: await sumOf('create_time'),
    wait_time: await sumOf('wait_time'),
    use_time: await sumOf('use_time'),
  }
}

/** Until the garbage collector has done what it may do at any time. */
async function collected(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await condition()) return
    // A look at a weak reference keeps its target for the rest of the turn: collect in a turn of its own.
    await sleep(5)
    globalThis.gc?.()
    await sleep(5)
  }
  expect(await condition()).toBe(true)
}

describe('what befalls connections', () => {
  const figureOf = async (metric: string, attributes: Record<string, string>): Promise<unknown> =>
    (await telemetry.points(metric)).find((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    )?.value

  test('an opening that fails is counted by its error, and is no connection', async () => {
    const port = 1
    const pool = new (loadPg().Pool)({ host: '127.0.0.1', port, database: 'nowhere', user: 'u', max: 2 })
    await expect(pool.connect()).rejects.toThrow('ECONNREFUSED')
    const named = { 'db.client.connection.pool.name': 'nowhere' }
    const refused = { ...named, 'error.type': 'ECONNREFUSED' }
    expect(await figureOf('pgspan.connections.open_failures', refused)).toBe(1)
    expect(await figureOf('pgspan.acquires', { ...refused, 'pgspan.pool.path': 'create' })).toBe(1)
    expect(await figureOf('pgspan.connections.opened', named)).toBe(0)
    await pool.end()
  })

  test('a connection that the pool’s own hook refuses was opened and closed', async () => {
    const onConnect = (): Promise<void> => Promise.reject(new Error('refused by the hook'))
    // In pg-pool 3.13 and newer; not in its types.
    const options = { connectionString: database().connectionString, max: 2, onConnect }
    const pool = new (loadPg().Pool)(options)
    const named = { 'db.client.connection.pool.name': database().name }
    const closed = { ...named, 'pgspan.connection.close_reason': 'error' }
    const before = {
      opened: Number((await figureOf('pgspan.connections.opened', named)) ?? 0),
      closed: Number((await figureOf('pgspan.connections.closed', closed)) ?? 0),
    }
    await expect(pool.connect()).rejects.toThrow('refused by the hook')
    await settled(() => pool.totalCount === 0)
    expect(await figureOf('pgspan.connections.opened', named)).toBe(before.opened + 1)
    expect(await figureOf('pgspan.connections.closed', closed)).toBe(before.closed + 1)
    await pool.end()
  })

  test('an error of an idle connection is counted, and thrown by a pool that nobody listens to, as ever', async () => {
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 1 })
    await pool.query('SELECT 1')
    expect(pool.listenerCount('error')).toBe(0)
    expect(() => pool.emit('error', new Error('of nobody'))).toThrow('of nobody')
    const counted = { 'db.client.connection.pool.name': database().name, 'error.type': 'Error' }
    expect(await figureOf('pgspan.errors', counted)).toBe(1)
    await pool.end()
  })
})
