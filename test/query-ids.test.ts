import { DiagLogLevel, diag } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE EXTENSION pg_stat_statements;
  CREATE TABLE item (id int PRIMARY KEY, label text)
`)
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ queryIds: true })
let pool: pg.Pool
/** Not observed by the instrumentation's pools: asks the server. */
let observer: pg.Client

beforeEach(async () => {
  const { Client, Pool } = loadPg()
  const { connectionString } = database()
  pool = new Pool({ connectionString, max: 2 })
  observer = new Client({ connectionString })
  await observer.connect()
  telemetry.reset()
})
afterEach(async () => {
  diag.disable()
  instrumentation.setConfig({ queryIds: true })
  if (!pool.ended) await pool.end()
  await observer.end()
})
afterAll(() => instrumentation.disable())

const sideConnections = async (): Promise<number> => {
  const { rows } = await observer.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgspan query ids' AND datname = current_database()",
  )
  return rows[0]?.n ?? -1
}

/** Runs a query until its span has an id. */
async function idOf(run: () => Promise<unknown>): Promise<string> {
  return vi.waitFor(
    async () => {
      telemetry.reset()
      await run()
      const id = telemetry.spans().find(({ attributes }) => attributes['pgspan.query.id'] !== undefined)
      expect(id).toBeDefined()
      return id?.attributes['pgspan.query.id'] as string
    },
    { timeout: 15_000, interval: 60 },
  )
}

describe('a query span has the id that pg_stat_statements knows the statement by', () => {
  const withClient =
    (use: (client: pg.PoolClient) => Promise<unknown>): (() => Promise<void>) =>
    async () => {
      const client = await pool.connect()
      await use(client).finally(() => client.release())
    }

  test.each([
    [
      'a statement with parameters',
      () => pool.query('SELECT label FROM item WHERE id = $1', [7]),
      'SELECT label FROM item WHERE id = $1',
    ],
    [
      'a statement with literals',
      () => pool.query("SELECT id FROM item WHERE label = 'pen'"),
      'SELECT id FROM item WHERE label = $1',
    ],
    [
      'a prepared statement',
      () => pool.query({ name: 'count', text: 'SELECT count(*) FROM item' }),
      'SELECT count(*) FROM item',
    ],
    [
      'a statement that writes',
      () => pool.query('DELETE FROM item WHERE id = $1', [0]),
      'DELETE FROM item WHERE id = $1',
    ],
    [
      'a cursor',
      withClient(async (client) => {
        const cursor = client.query(new Cursor('SELECT id, label FROM item'))
        await cursor.read(1)
        await cursor.close()
      }),
      'SELECT id, label FROM item',
    ],
  ])('%s', async (_what, run, normalised) => {
    const id = await idOf(run)
    // Same-named tables of other databases have the same id.
    const { rows } = await observer.query(
      `SELECT query FROM pg_stat_statements
       WHERE queryid = $1 AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [id],
    )
    expect(rows).toEqual([{ query: normalised }])
  })

  test('a statement with a comment of ours', async () => {
    instrumentation.setConfig({ queryIds: true, addSqlCommenterCommentToQueries: true })
    const id = await idOf(() => pool.query('SELECT id FROM item WHERE id > $1', [7]))
    const { rows } = await observer.query(
      'SELECT queryid::text AS id FROM pg_stat_statements WHERE query LIKE $1',
      ['SELECT id FROM item WHERE id > $1%'],
    )
    expect(rows).toContainEqual({ id })
  })
})

test('two statements never share an id, whoever runs them at the same time', async () => {
  const texts = Array.from({ length: 8 }, (_, n) => `SELECT ${'id, '.repeat(n)} label FROM item`)
  for (let round = 0; round < 30; round++) {
    await Promise.all(texts.map((text) => pool.query(text)))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const idsOfText = new Map<unknown, Set<unknown>>()
  for (const { attributes } of telemetry.spans()) {
    const id = attributes['pgspan.query.id']
    if (id === undefined) continue
    const ids = idsOfText.get(attributes['db.query.text']) ?? new Set()
    idsOfText.set(attributes['db.query.text'], ids.add(id))
  }
  expect(idsOfText.size).toBeGreaterThan(1)
  const ids = [...idsOfText.values()].flatMap((set) => [...set])
  expect(ids).toHaveLength(idsOfText.size)
  expect(new Set(ids).size).toBe(ids.length)
})

describe('the connection that learns them', () => {
  test('is not opened unless it is asked for', async () => {
    instrumentation.setConfig({})
    for (let n = 0; n < 5; n++) await pool.query('SELECT label FROM item WHERE id = $1', [n])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await sideConnections()).toBe(0)
  })

  test('is one, is not observed, is none of the pool’s and keeps no process alive', async () => {
    const heard: string[] = []
    const detach = processState().dispatcher.attach({
      name: 'test',
      queryStarted: ({ text }) => heard.push(text),
    })
    instrumentation.setConfig({ acquireSpans: 'always', connectSpans: 'always' })
    await pool.query('SELECT 1 AS warm')
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
    const before = sockets()
    instrumentation.setConfig({ queryIds: true, acquireSpans: 'always', connectSpans: 'always' })
    await idOf(() => pool.query('SELECT max(id) FROM item'))
    expect(await sideConnections()).toBe(1)
    telemetry.reset()
    await pool.query('SELECT max(id) FROM item')
    expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT item'])
    expect(pool.totalCount).toBe(1)
    expect(sockets()).toBe(before)
    detach()
    expect(heard).toContain('SELECT max(id) FROM item')
    expect(heard.filter((text) => text.includes('pg_stat_get_activity'))).toEqual([])
  })

  test('ends with the pool that it was opened for', async () => {
    await idOf(() => pool.query('SELECT min(id) FROM item'))
    expect(await sideConnections()).toBe(1)
    await pool.end()
    await vi.waitFor(async () => expect(await sideConnections()).toBe(0), { timeout: 10_000 })
  })

  test('ends when the instrumentation is disabled', async () => {
    await idOf(() => pool.query('SELECT min(id), 1 FROM item'))
    instrumentation.disable()
    try {
      await vi.waitFor(async () => expect(await sideConnections()).toBe(0), { timeout: 10_000 })
    } finally {
      instrumentation.enable()
    }
  })
})

test('a server that computes no ids is named once and left alone', async () => {
  const lines: string[] = []
  const listen = (line: string): number => lines.push(line)
  diag.setLogger({ error: listen, warn: listen, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  const { Pool } = loadPg()
  const without = new Pool({
    connectionString: database().connectionString,
    options: '-c compute_query_id=off',
  })
  // Learned for the target by other pools: another text.
  await vi.waitFor(
    async () => {
      await without.query('SELECT label, label FROM item')
      expect(lines).toHaveLength(1)
    },
    { timeout: 15_000, interval: 60 },
  )
  expect(lines).toEqual(['pgspan: the server gives no query ids: compute_query_id is off'])
  await vi.waitFor(async () => expect(await sideConnections()).toBe(0), { timeout: 10_000 })
  await without.end()
})
