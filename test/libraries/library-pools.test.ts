import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MikroORM } from '@mikro-orm/postgresql'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { instrumentPool, PgInstrumentation } from '@pgspan/instrumentation-pg'
import { startDoctor, startServerFigures } from '@pgspan/pool-care'
import type { Knex } from 'knex'
import type { Sequelize } from 'sequelize'
import type { DatabasePool } from 'slonik'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const require = createRequire(import.meta.url)
const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
registerInstrumentations({ instrumentations: [instrumentation] })
afterAll(() => instrumentation.disable())

/** A library with a pool of two connections. */
interface Library {
  readonly name: string
  open(): Promise<void>
  /** Holds a connection of the pool while `work` runs. */
  hold(work: () => Promise<unknown>): Promise<unknown>
  query(sql: string): Promise<unknown>
  close(): Promise<unknown>
  /** Whether a request gives up after a second: long enough for the first connection on a busy machine. */
  readonly timesOut: boolean
}

let knex: Knex
let mikro: MikroORM
let sequelize: Sequelize
let slonik: DatabasePool

const libraries: Library[] = [
  {
    name: 'Knex, whose pool is tarn',
    timesOut: true,
    async open() {
      const make: typeof import('knex').knex = require('knex')
      const connection = database().connectionString
      const pool = { min: 0, max: 2, acquireTimeoutMillis: 1_000 }
      knex = make({ client: 'pg', connection, pool, log: { warn() {} } })
    },
    hold: (work) => knex.transaction(work),
    query: async (sql) => knex.raw(sql),
    close: () => knex.destroy(),
  },
  {
    name: 'Objection, on Knex',
    timesOut: true,
    async open() {
      const make: typeof import('knex').knex = require('knex')
      const { Model }: typeof import('objection') = require('objection')
      const pool = { min: 0, max: 2, acquireTimeoutMillis: 1_000 }
      knex = make({ client: 'pg', connection: database().connectionString, pool, log: { warn() {} } })
      Model.knex(knex)
    },
    hold(work) {
      const { Model }: typeof import('objection') = require('objection')
      return Model.transaction(work)
    },
    async query(sql) {
      const { Model }: typeof import('objection') = require('objection')
      return Model.knex().raw(sql)
    },
    close: () => knex.destroy(),
  },
  {
    name: 'MikroORM 6, with its own Knex and pg',
    timesOut: true,
    async open() {
      const {
        EntitySchema,
        MikroORM,
      }: typeof import('@mikro-orm/postgresql') = require('@mikro-orm/postgresql')
      const entity = new EntitySchema({
        name: 'Person',
        properties: { id: { type: 'number', primary: true } },
      })
      mikro = await MikroORM.init({
        entities: [entity],
        clientUrl: database().connectionString,
        pool: { min: 0, max: 2, acquireTimeoutMillis: 1_000 },
        connect: false,
      })
    },
    hold: (work) => mikro.em.fork().transactional(work),
    query: (sql) => mikro.em.getConnection().execute(sql),
    close: () => mikro.close(),
  },
  {
    name: 'Sequelize, whose pool is sequelize-pool',
    timesOut: true,
    async open() {
      const { Sequelize } = require('sequelize')
      sequelize = new Sequelize(database().connectionString, {
        logging: false,
        pool: { max: 2, acquire: 1_000 },
      })
    },
    hold: (work) => sequelize.transaction(work),
    query: (sql) => sequelize.query(sql),
    close: () => sequelize.close(),
  },
  {
    name: 'Slonik',
    timesOut: false,
    async open() {
      const { createPool }: typeof import('slonik') = require('slonik')
      slonik = await createPool(database().connectionString, { maximumPoolSize: 2 })
    },
    hold: (work) => slonik.connect(work),
    query(text) {
      const { sql }: typeof import('slonik') = require('slonik')
      return slonik.any(sql.unsafe(Object.freeze(Object.assign([text], { raw: Object.freeze([text]) }))))
    },
    close: () => slonik.end(),
  },
]

type Point = readonly [state: string | undefined, value: unknown]

async function points(metric: string): Promise<Point[]> {
  return (await telemetry.points(metric))
    .filter(({ attributes }) => attributes['db.client.connection.pool.name'] === database().name)
    .map(({ attributes, value }) => [attributes['db.client.connection.state'] as string | undefined, value])
}

async function figures(): Promise<unknown> {
  const single = async (metric: string): Promise<unknown> => (await points(metric))[0]?.[1]
  return {
    ...Object.fromEntries(await points('db.client.connection.count')),
    pending: await single('db.client.connection.pending_requests'),
    limit: await single('db.client.connection.limit'),
  }
}

const calls = async (metric: string): Promise<number> =>
  ((await points(`db.client.connection.${metric}`))[0]?.[1] as { count: number } | undefined)?.count ?? 0

describe.each(libraries)('$name', (library) => {
  const before: Record<string, number> = {}
  const since = async (metric: string): Promise<number> => (await calls(metric)) - (before[metric] ?? 0)
  let release = (): void => {}
  let holders: Promise<unknown>[] = []

  beforeAll(async () => {
    for (const metric of ['create_time', 'wait_time', 'use_time']) before[metric] = await calls(metric)
    await library.open()
  })

  test('has the figures of its pool, busy and with requests that wait', async () => {
    await library.query('SELECT 1')
    const idle = { used: 0, idle: 1, connecting: 0, pending: 0, limit: 2 }
    await expect.poll(figures).toEqual(idle)
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let holding = 0
    holders = [1, 2].map(() =>
      library.hold(() => {
        holding++
        return held
      }),
    )
    await expect.poll(() => holding).toBe(2)
    expect(await figures()).toEqual({ used: 2, idle: 0, connecting: 0, pending: 0, limit: 2 })
    const waiting = library.query('SELECT 2')
    waiting.catch(() => {})
    await expect.poll(figures).toEqual({ used: 2, idle: 0, connecting: 0, pending: 1, limit: 2 })
    if (library.timesOut) {
      await expect(waiting).rejects.toThrow()
      expect(await figures()).toEqual({ used: 2, idle: 0, connecting: 0, pending: 0, limit: 2 })
      expect((await points('db.client.connection.timeouts')).at(-1)?.[1]).toBeGreaterThan(0)
    }
    await sleep(20)
    release()
    await Promise.all(holders)
    await waiting.catch(() => {})
    await expect.poll(figures).toEqual({ used: 0, idle: 2, connecting: 0, pending: 0, limit: 2 })
  })

  test('records each opening, each wait that was answered and each use once', async () => {
    const answered = library.timesOut ? 3 : 4
    expect(await since('create_time')).toBe(2)
    expect(await since('wait_time')).toBe(answered)
    expect(await since('use_time')).toBe(answered)
  })

  test('counts connections that the server has closed as gone', async () => {
    await library.query('SELECT pg_terminate_backend(pg_backend_pid()) AS gone').catch(() => {})
    await library.query('SELECT 1').catch(() => {})
    await library.query('SELECT 1')
    await expect.poll(async () => ((await figures()) as { used: number }).used).toBe(0)
  })

  test('leads to what its server says, over a connection beside the pool', async () => {
    const figures = startServerFigures()
    await figures.ask()
    expect(figures.reports).toMatchObject([{ isUp: true, target: { namespace: database().name } }])
    const doctor = startDoctor({ instances: 60 })
    const [found] = await doctor.examine()
    expect(found).toMatchObject({ check: 'limits_above_server' })
    doctor.close()
    figures.close()
  })

  test('reads 0 when its pool has ended, and every connection is accounted for', async () => {
    await library.close()
    const closed = (await points('pgspan.connections.closed')).reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    )
    const opened = (await points('pgspan.connections.opened')).reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    )
    expect(opened).toBeGreaterThan(1)
    expect(closed).toBe(opened)
    expect(await figures()).toEqual({ used: 0, idle: 0, connecting: 0, pending: 0, limit: 0 })
  })
})

test('a pool of tarn that is in use is observed from now on', async () => {
  instrumentation.disable()
  const make: typeof import('knex').knex = require('knex')
  const db = make({ client: 'pg', connection: database().connectionString, pool: { min: 0, max: 2 } })
  const transaction = await db.transaction()
  await transaction.raw('SELECT 1')
  instrumentation.enable()
  expect(instrumentPool(db.client.pool)).toBe(db.client.pool)
  expect(await figures()).toEqual({ used: 1, idle: 0, connecting: 0, pending: 0, limit: 2 })
  await transaction.commit()
  await expect.poll(figures).toEqual({ used: 0, idle: 1, connecting: 0, pending: 0, limit: 2 })
  await db.destroy()
})

test('a pool of Slonik cannot be observed by hand: it is refused and left as it is', async () => {
  const { createPool }: typeof import('slonik') = require('slonik')
  const pool = await createPool(database().connectionString)
  expect(() => instrumentPool(pool)).toThrow(TypeError)
  await pool.connect(async () => {})
  await pool.end()
})
