import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { startPoolCare } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.js'
import { findProgram } from '../support/programs.js'
import { useTestDatabase } from '../support/test-database.js'

const program = findProgram('pgbouncer')
const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

describe.skipIf(program === undefined)('behind PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer
  let route: URL
  let pool: pg.Pool

  beforeAll(async () => {
    const url = new URL(database().connectionString)
    bouncer = await startPgBouncer(program ?? '', url, 'transaction', `admin_users = ${database().user}\n`)
    route = bouncer.route(url)
    pool = new (loadPg().Pool)({ connectionString: route.href, max: 3, connectionTimeoutMillis: 10_000 })
  })
  afterAll(async () => {
    await pool?.end()
    await bouncer?.stop()
  })

  async function fill(): Promise<void> {
    const clients = await Promise.all([1, 2, 3].map(() => pool.connect()))
    for (const client of clients) client.release()
  }

  /** Tells PgBouncer to cut off every client and every server connection, and to go on. */
  async function kill(): Promise<void> {
    const console = new URL(route)
    console.pathname = '/pgbouncer'
    const { Client } = loadPg()
    const client = new Client(console.href)
    await client.connect()
    await client.query(`KILL ${database().name}`)
    await client.query(`RESUME ${database().name}`)
    await client.end()
  }

  test('clients that it has cut off are replaced before anybody gets one', async () => {
    const care = startPoolCare({ validateIdleLongerThanMillis: 0, openingRetries: 5 })
    await fill()
    await kill()
    const results = await Promise.all([1, 2, 3, 4].map((n) => pool.query('SELECT $1::int AS n', [n])))
    expect(results.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3, 4])
    care.close()
  })

  test('a server connection that is terminated behind it is no client’s loss', async () => {
    const care = startPoolCare({ validateIdleLongerThanMillis: 0 })
    await fill()
    const { Client } = loadPg()
    const client = new Client(database().connectionString)
    await client.connect()
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await client.end()
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    care.close()
  })

  test('a pool is drained', async () => {
    const care = startPoolCare()
    const own = new (loadPg().Pool)({ connectionString: route.href, max: 2 })
    const work = own.query('SELECT pg_sleep(0.1), 1 AS n')
    expect(await care.drain(5_000)).toMatchObject({ isClean: true })
    expect((await work).rows[0].n).toBe(1)
    expect(own.ended).toBe(true)
    care.close()
    pool = new (loadPg().Pool)({ connectionString: route.href, max: 3, connectionTimeoutMillis: 10_000 })
  })
})
