import { createInsights } from '@pgspan/insights'
import { createInspector } from '@pgspan/inspector'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { startDoctor, startServerFigures } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { type OwnServer, startOwnServer } from '../support/own-server.js'
import { useTelemetry } from '../support/telemetry.js'

const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
let server: OwnServer
let replica: Awaited<ReturnType<OwnServer['startReplica']>>
let primaryPool: pg.Pool
let replicaPool: pg.Pool

beforeAll(async () => {
  server = await startOwnServer()
  replica = await server.startReplica()
  const make = (connectionString: string): pg.Pool => {
    const pool = new (loadPg().Pool)({
      connectionString,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      max: 2,
    })
    pool.on('error', () => {})
    return pool
  }
  primaryPool = make(server.connectionString)
  replicaPool = make(replica.connectionString)
})
afterAll(async () => {
  instrumentation.disable()
  await Promise.all([primaryPool.end(), replicaPool.end()])
  await replica.stop()
  await server.stop()
})

const roleOf = (query: string): unknown =>
  telemetry.spans().find(({ name }) => name === query)?.attributes['pgspan.server.role']

const openByRole = async (pool: string): Promise<Record<string, unknown>> => {
  const points = (await telemetry.points('pgspan.connections.open')).filter(
    ({ attributes }) => attributes['db.client.connection.pool.name'] === pool,
  )
  return Object.fromEntries(
    points.map(({ attributes, value }) => [String(attributes['pgspan.server.role']), value]),
  )
}

const portOf = (connectionString: string): number => Number(new URL(connectionString).port)

test('a primary and its replica are told apart by endpoint and by role', async () => {
  const figures = startServerFigures()
  await primaryPool.query('SELECT 1')
  await replicaPool.query('SELECT 1')
  await figures.ask()
  const roles = (await telemetry.points('pgspan.server.in_recovery')).map(({ attributes, value }) => [
    attributes['server.port'],
    value,
  ])
  expect(new Map(roles as [number, number][])).toEqual(
    new Map([
      [portOf(server.connectionString), 0],
      [portOf(replica.connectionString), 1],
    ]),
  )
  const pools = (await telemetry.points('db.client.connection.limit')).map(
    ({ attributes }) => attributes['db.client.connection.pool.name'],
  )
  expect(pools).toEqual(['postgres', `postgres@127.0.0.1:${portOf(replica.connectionString)}`])
  figures.close()
})

test('a write that a replica or a read-only session refuses is named with its endpoint, one that is taken is not', async () => {
  const doctor = startDoctor()
  await primaryPool.query('CREATE TABLE IF NOT EXISTS orders (id int)')
  await primaryPool.query('INSERT INTO orders VALUES (1)')
  expect(doctor.diagnoses).toEqual([])
  for (let i = 0; i < 2; i++)
    await expect(replicaPool.query('CREATE TABLE refused (id int)')).rejects.toMatchObject({ code: '25006' })
  const client = await primaryPool.connect()
  await client.query('SET default_transaction_read_only = on')
  await expect(client.query('INSERT INTO orders VALUES (2)')).rejects.toMatchObject({ code: '25006' })
  client.release(true)
  expect(doctor.diagnoses.map(({ check, subject, problem }) => [check, subject, problem])).toEqual([
    [
      'write_to_read_only',
      `server 127.0.0.1:${portOf(replica.connectionString)}/postgres`,
      'CREATE TABLE refused was refused 2 times: the session takes no writes (25006).',
    ],
    [
      'write_to_read_only',
      `server 127.0.0.1:${portOf(server.connectionString)}/postgres`,
      'INSERT orders was refused once: the session takes no writes (25006).',
    ],
  ])
  doctor.close()
})

test('what is written to the primary is streamed to the replica', async () => {
  await primaryPool.query('CREATE TABLE IF NOT EXISTS orders (id int)')
  await primaryPool.query('INSERT INTO orders VALUES (7)')
  await expect
    .poll(
      async () =>
        (await replicaPool.query('SELECT id FROM orders WHERE id = 7').catch(() => ({ rows: [] }))).rows,
    )
    .toEqual([{ id: 7 }])
})

test('a span tells the role of the server that answered, and a metric how many connections lead to which', async () => {
  telemetry.reset()
  await primaryPool.query('SELECT 1 FROM pg_class LIMIT 1')
  expect(roleOf('SELECT pg_class')).toBe('primary')
  telemetry.reset()
  await replicaPool.query('SELECT 1 FROM pg_class LIMIT 1')
  expect(roleOf('SELECT pg_class')).toBe('replica')
  expect(await openByRole('postgres')).toEqual({ primary: primaryPool.totalCount, replica: 0 })
  expect(await openByRole(`postgres@127.0.0.1:${portOf(replica.connectionString)}`)).toEqual({
    primary: 0,
    replica: replicaPool.totalCount,
  })
})

test('the page tells the address and the role behind each pool', async () => {
  const insights = createInsights({ console: false })
  const inspector = createInspector({ insights })
  const { origin, searchParams } = new URL(await inspector.listen())
  const headers = { authorization: `Bearer ${searchParams.get('token')}` }
  const answer = await fetch(`${origin}/api/pools`, { headers })
  const pools = (await answer.json()) as { endpoint: string; roles: string[] }[]
  const [first, second] = [server, replica].map(({ connectionString }) => portOf(connectionString))
  expect(pools.map(({ endpoint, roles }) => [endpoint, roles])).toEqual([
    [`127.0.0.1:${first}/postgres`, ['primary']],
    [`127.0.0.1:${second}/postgres`, ['replica']],
  ])
  inspector.close()
  insights.close()
})

test('a refused write is a finding with the line, the address and the role; a lock is one as well', async () => {
  const insights = createInsights({ console: false })
  insights.attach()
  for (const sql of ['INSERT INTO orders VALUES (3)', 'SELECT id FROM orders FOR UPDATE'])
    await expect(replicaPool.query(sql)).rejects.toMatchObject({ code: '25006' })
  const client = await primaryPool.connect()
  await client.query('BEGIN READ ONLY')
  await expect(client.query('DELETE FROM orders')).rejects.toMatchObject({ code: '25006' })
  await client.query('ROLLBACK')
  client.release()
  insights.flush()
  const endpoint = `127.0.0.1:${portOf(replica.connectionString)}`
  const found = insights.findings().filter(({ kind }) => kind === 'refused_write')
  expect(new Map(found.map(({ title, evidence }) => [title, evidence.role]))).toEqual(
    new Map([
      [`INSERT orders was refused: ${endpoint} is a replica.`, 'replica'],
      [`SELECT orders was refused: ${endpoint} is a replica.`, 'replica'],
      [
        `DELETE orders was refused: the session with 127.0.0.1:${portOf(server.connectionString)} only reads.`,
        'primary',
      ],
    ]),
  )
  for (const { callSite } of found) expect(callSite?.file).toContain('replica.test.ts')
  expect(found.map(({ fix }) => fix)).toContainEqual(expect.stringMatching(/^Send it to the primary/))
  insights.close()
})

test('a replica that becomes the primary is one from then on, on connections that were open before', async () => {
  await replicaPool.query('SELECT 1')
  await replica.promote()
  telemetry.reset()
  await expect
    .poll(async () => {
      await replicaPool.query('SELECT 1 FROM pg_class LIMIT 1')
      return telemetry.spans().at(-1)?.attributes['pgspan.server.role']
    })
    .toBe('primary')
  expect(await openByRole(`postgres@127.0.0.1:${portOf(replica.connectionString)}`)).toMatchObject({
    replica: 0,
  })
})
