import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { type ServerFigures, type ServerFiguresOptions, startServerFigures } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { startPgBouncer } from '../support/pgbouncer.js'
import { findProgram } from '../support/programs.js'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase('CREATE TABLE account (id int PRIMARY KEY); INSERT INTO account VALUES (1)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

const lines: string[] = []
const ignore = (): void => {}
const closing: (() => unknown)[] = []
beforeEach(() => {
  lines.length = 0
  const say = (line: string): void => {
    lines.push(line)
  }
  diag.setLogger(
    { warn: say, error: say, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  telemetry.reset()
})

/** Asked by the tests alone. */
function figures(options?: ServerFiguresOptions): ServerFigures {
  const started = startServerFigures({ everyMillis: 3_600_000, ...options })
  closing.push(() => started.close())
  return started
}

function makePool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 7, ...options })
  pool.on('error', () => {})
  closing.push(() => pool.end())
  return pool
}

async function pointOf(metric: string, attributes: Record<string, unknown> = {}): Promise<unknown> {
  const found = (await telemetry.points(metric)).filter((point) =>
    Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
  )
  expect(found.length).toBeLessThan(2)
  return found[0]?.value
}

const sessions = (state: string, application: string): Promise<unknown> =>
  pointOf('pgspan.server.sessions', {
    'pgspan.session.state': state,
    'pgspan.session.application': application,
  })

describe('server figures', () => {
  test('tell sessions by state and application, open transactions, waiting locks and the room that is left', async () => {
    const pool = makePool({ application_name: 'shop' })
    const started = figures()
    const [first, second] = [await pool.connect(), await pool.connect()]
    await (await pool.connect()).release()
    await first.query('BEGIN')
    await first.query('SELECT FROM account WHERE id = 1 FOR UPDATE')
    const blocked = second.query('SELECT FROM account WHERE id = 1 FOR UPDATE')
    await sleep(100)
    await started.ask()
    expect(await sessions('idle in transaction', 'shop')).toBe(1)
    expect(await sessions('active', 'shop')).toBe(1)
    expect(await sessions('idle', 'shop')).toBe(1)
    expect(await pointOf('pgspan.server.lock_waits')).toBe(1)
    expect(await pointOf('pgspan.server.transaction.oldest_age')).toBeGreaterThan(0.09)
    expect(await pointOf('pgspan.server.idle_in_transaction.oldest_age')).toBeGreaterThan(0.05)
    expect(await pointOf('pgspan.server.connection.limit')).toBe(97)
    expect(await pointOf('pgspan.server.connection.headroom')).toBe(90)
    expect(await pointOf('pgspan.server.connection.count')).toBeGreaterThan(3)
    expect(await pointOf('pgspan.server.up')).toBe(1)
    expect(await pointOf('pgspan.server.in_recovery')).toBe(0)
    await first.query('ROLLBACK')
    await blocked
    first.release()
    second.release()
    await started.ask()
    // What is gone is 0, not what it was.
    expect(await sessions('idle in transaction', 'shop')).toBe(0)
    expect(await sessions('idle', 'shop')).toBe(3)
    expect(await pointOf('pgspan.server.lock_waits')).toBe(0)
    expect(lines).toEqual([])
  })

  test('make no span, take no connection of the pool and count none of their own', async () => {
    const pool = makePool({ max: 1 })
    const started = figures()
    const client = await pool.connect()
    telemetry.reset()
    await started.ask()
    expect(telemetry.spans()).toEqual([])
    const [report] = started.reports
    expect(report?.snapshot?.groups.map(({ sessions }) => sessions)).toEqual([1])
    client.release()
  })

  test('list sessions that have been idle for long, with the statement that would end them, and end none', async () => {
    const pool = makePool({ application_name: 'forgotten' })
    const started = figures({ longIdleMillis: 50 })
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
    await sleep(120)
    await started.ask()
    const longIdle = started.reports[0]?.snapshot?.longIdle ?? []
    expect(longIdle).toMatchObject([
      {
        backendProcessId: rows[0].pid,
        application: 'forgotten',
        statement: `SELECT pg_terminate_backend(${rows[0].pid})`,
      },
    ])
    expect(longIdle[0]?.idleMillis).toBeGreaterThan(100)
    expect(await pointOf('pgspan.server.sessions.long_idle')).toBe(1)
    expect((await pool.query('SELECT pg_backend_pid() AS pid')).rows).toEqual(rows)
  })

  test('with a role that may not see others, what it may see is there, and one line says what is missing', async () => {
    const owner = makePool({ application_name: 'owner' })
    await owner.query(`CREATE ROLE modest_${database().name} LOGIN PASSWORD 'modest'`)
    closing.unshift(() => asOwner(`DROP ROLE modest_${database().name}`))
    const url = new URL(database().connectionString)
    url.username = `modest_${database().name}`
    url.password = 'modest'
    const pool = makePool({ connectionString: url.href, application_name: 'modest' })
    await pool.query('SELECT 1')
    const started = figures()
    await started.ask()
    await started.ask()
    const modest = started.reports.find(({ target }) => target.user === url.username)
    expect(modest?.snapshot?.hidden).toBe(1)
    expect(modest?.snapshot?.groups).toContainEqual({ state: 'idle', application: 'modest', sessions: 1 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('GRANT pg_monitor')
  })

  test('a database that is down makes one line, and none of its words', async () => {
    const pool = makePool({
      connectionString: 'postgres://me:secret@127.0.0.1:1/nowhere',
      connectionTimeoutMillis: 500,
    })
    const started = figures()
    await expect(pool.query('SELECT 1')).rejects.toThrow()
    await started.ask()
    await started.ask()
    expect(lines).toEqual([
      'pgspan: nowhere at 127.0.0.1:1: the server cannot be asked for its figures (ECONNREFUSED)',
    ])
    expect(await pointOf('pgspan.server.up', { 'db.namespace': 'nowhere' })).toBe(0)
  })

  test('a connection of theirs that is lost is opened again', async () => {
    const pool = makePool()
    await pool.query('SELECT 1')
    const started = figures()
    await started.ask()
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgspan server figures'",
    )
    await started.ask()
    expect(started.reports[0]?.isUp).toBe(false)
    await started.ask()
    expect(started.reports[0]?.isUp).toBe(true)
  })

  test('read 0 when the last pool has ended, and keep no connection', async () => {
    const started = figures()
    const pool = makePool({ application_name: 'brief' })
    await pool.query('SELECT 1')
    await started.ask()
    expect(await sessions('idle', 'brief')).toBe(1)
    closing.splice(closing.length - 1)
    await pool.end()
    expect(await sessions('idle', 'brief')).toBe(0)
    const left = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgspan server figures' AND datname = '${database().name}'`
    await expect.poll(async () => (await asOwner(left)).rows[0].n).toBe(0)
  })

  test('wrong options are refused', () => {
    expect(() => startServerFigures({ everyMillis: 0 })).toThrow(
      'everyMillis must be a number of milliseconds',
    )
  })
})

async function asOwner(sql: string): Promise<pg.QueryResult> {
  const { Client } = loadPg()
  const client = new Client({
    connectionString: database().connectionString,
    application_name: 'pgspan test',
  })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

const program = findProgram('pgbouncer')

describe.skipIf(program === undefined)('in front of a PgBouncer', () => {
  async function through(settings?: string): Promise<string> {
    const url = new URL(database().connectionString)
    const bouncer = await startPgBouncer(program ?? '', url, 'transaction', settings)
    closing.unshift(() => bouncer.stop())
    return bouncer.route(url).href
  }

  test('its pools and its totals are there, beside the server’s own figures', async () => {
    const pool = makePool({ connectionString: await through() })
    const started = figures()
    const [first, second] = [await pool.connect(), await pool.connect()]
    await first.query('BEGIN')
    await second.query('SELECT 1')
    await started.ask()
    const own = { 'pgspan.pgbouncer.database': database().name }
    expect(await pointOf('pgspan.pgbouncer.clients', { ...own, 'pgspan.pgbouncer.state': 'waiting' })).toBe(0)
    expect(
      await pointOf('pgspan.pgbouncer.servers', { ...own, 'pgspan.pgbouncer.state': 'active' }),
    ).toBeGreaterThan(0)
    expect(await pointOf('pgspan.pgbouncer.queries', own)).toBeGreaterThan(1)
    expect(await pointOf('pgspan.pgbouncer.wait.oldest_age', own)).toBe(0)
    await first.query('COMMIT')
    first.release()
    second.release()
    expect(started.reports[0]?.snapshot?.isPooled).toBe(true)
    expect(lines).toEqual([])
  })

  test('that says nothing to this role is named once, and the server’s figures go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgspan-users-'))
    await chmod(folder, 0o755)
    closing.unshift(() => rm(folder, { recursive: true }))
    const users = join(folder, 'users.txt')
    await writeFile(users, `"${database().user}" ""`, { mode: 0o644 })
    const settings = `auth_type = trust\nauth_file = ${users}\nstats_users = somebody_else\n`
    const pool = makePool({ connectionString: await through(settings) })
    const started = figures()
    await pool.query('SELECT 1')
    await started.ask()
    await started.ask()
    expect(started.reports[0]?.isUp).toBe(true)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('add the role to stats_users')
  })
})
