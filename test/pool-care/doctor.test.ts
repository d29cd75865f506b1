import { setTimeout as sleep } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { type Diagnosis, type Doctor, type DoctorOptions, startDoctor } from '@pgspan/pool-care'
import type pg from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.js'
import { findProgram } from '../support/programs.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  diag.disable()
})

function doctor(options?: DoctorOptions): Doctor {
  const started = startDoctor(options)
  closing.push(() => started.close())
  return started
}

const healthy: pg.PoolConfig = { connectionTimeoutMillis: 5_000, keepAlive: true, max: 2 }

async function makePool(options: pg.PoolConfig = {}, listens = true): Promise<pg.Pool> {
  const pool = new (loadPg().Pool)({
    connectionString: database().connectionString,
    ...healthy,
    ...options,
  })
  if (listens) pool.on('error', () => {})
  closing.push(() => pool.end())
  await pool.query('SELECT 1')
  return pool
}

const told = (diagnoses: readonly Diagnosis[]): string[] =>
  diagnoses.map(({ severity, check }) => `${severity} ${check}`)

describe('the doctor', () => {
  test('finds nothing wrong with a pool that is set up well', async () => {
    const { examine } = doctor()
    await makePool()
    expect(await examine()).toEqual([])
  })

  test('names a pool whose requests may wait for ever', async () => {
    const examined = doctor()
    const pool = await makePool({ connectionTimeoutMillis: 0, max: 1 })
    expect(told(examined.diagnoses)).toEqual(['warning no_connection_timeout'])
    expect(examined.diagnoses[0]?.subject).toBe(`pool ${database().name}`)
    const client = await pool.connect()
    const waiting = pool.connect()
    expect(await Promise.race([waiting.then(() => 'served'), sleep(300, 'waits')])).toBe('waits')
    client.release()
    ;(await waiting).release()
  })

  test('names a pool that nobody listens to', async () => {
    const examined = doctor()
    const pool = await makePool({}, false)
    expect(told(examined.diagnoses)).toEqual(['error no_error_listener'])
    expect(() => pool.emit('error', new Error('lost'), undefined as never)).toThrow('lost')
    pool.on('error', () => {})
    expect(examined.diagnoses).toEqual([])
  })

  test('weighs missing keepalive by how long connections may be idle', async () => {
    const examined = doctor()
    await makePool({ keepAlive: false })
    expect(told(examined.diagnoses)).toEqual(['note keep_alive_off'])
    await makePool({ keepAlive: false, idleTimeoutMillis: 0 })
    expect(told(examined.diagnoses)).toEqual(['note keep_alive_off', 'warning keep_alive_off'])
  })

  test('names pools that are made per request', async () => {
    const examined = doctor()
    for (let i = 0; i < 3; i++) {
      await runInUnitOfWork('request', async () => {
        const pool = new (loadPg().Pool)({ connectionString: database().connectionString, ...healthy })
        pool.on('error', () => {})
        await pool.query('SELECT 1')
        await pool.end()
      })
    }
    expect(told(examined.diagnoses)).toEqual(['error pool_per_request'])
  })

  test('names pools that are never ended', async () => {
    const examined = doctor()
    for (let i = 0; i < 3; i++) await makePool()
    expect(examined.diagnoses).toEqual([])
    await makePool()
    expect(told(examined.diagnoses)).toEqual(['warning pool_never_ended'])
    expect(examined.diagnoses[0]?.problem).toContain('4 pools')
  })

  test('sums the limits of pools over instances, against what the server takes', async () => {
    const one = doctor()
    await makePool({ max: 30 })
    await makePool({ max: 20 })
    expect(await one.examine()).toEqual([])
    const two = doctor({ instances: 2 })
    const [found] = await two.examine()
    expect(found).toMatchObject({ check: 'limits_above_server', severity: 'error' })
    // 100, of which 3 are reserved.
    expect(found?.problem).toBe(
      'The pools of this process may open 50 connections, 100 in 2 instances; the server takes 97.',
    )
  })

  test('counts the limit of the role and of the database', async () => {
    const { examine } = doctor()
    const pool = await makePool({ max: 20 })
    await pool.query(`ALTER DATABASE ${database().name} CONNECTION LIMIT 15`)
    expect((await examine())[0]?.problem).toContain('the server takes 15')
  })

  test('makes a note of a server that cannot be asked, without its words', async () => {
    const { examine } = doctor()
    const pool = new (loadPg().Pool)({
      ...healthy,
      host: '127.0.0.1',
      port: 1,
      user: 'me',
      password: 'secret',
      database: 'nowhere',
    })
    pool.on('error', () => {})
    closing.push(() => pool.end())
    await expect(pool.query('SELECT 1')).rejects.toThrow('ECONNREFUSED')
    const diagnoses = await examine()
    expect(told(diagnoses)).toEqual(['note server_not_examined'])
    expect(diagnoses[0]?.problem).toContain('ECONNREFUSED')
    expect(JSON.stringify(diagnoses)).not.toContain('secret')
  })

  test('tells each diagnosis once, a moment after its pool has appeared', async () => {
    const lines: string[] = []
    const ignore = (): void => {}
    diag.setLogger(
      {
        warn: (line) => lines.push(line),
        error: (line) => lines.push(line),
        info: ignore,
        debug: ignore,
        verbose: ignore,
      },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    )
    doctor({ announces: true })
    await makePool({ connectionTimeoutMillis: 0, keepAlive: false })
    await expect.poll(() => lines.length, { timeout: 5_000 }).toBe(1)
    await makePool({ connectionTimeoutMillis: 0, keepAlive: false })
    await expect.poll(() => lines.length, { timeout: 5_000 }).toBe(2)
    expect(lines[0]).toContain(`pool ${database().name}: Requests for a connection may wait for ever`)
    expect(lines[1]).toContain(`pool ${database().name}#2: `)
  })

  test.each([
    [{ instances: 0 }, 'instances must be a whole number above 0, got 0'],
    [{ announce: true }, 'unknown option announce; known are instances, announces'],
  ])('%j is refused', (options, message) => {
    expect(() => startDoctor(options as DoctorOptions)).toThrow(message)
  })
})

const program = findProgram('pgbouncer')

describe.skipIf(program === undefined)('behind PgBouncer', () => {
  let bouncer: PgBouncer

  async function start(mode: 'session' | 'transaction'): Promise<string> {
    bouncer = await startPgBouncer(program ?? '', new URL(database().connectionString), mode)
    closing.unshift(() => bouncer.stop())
    return bouncer.route(new URL(database().connectionString)).href
  }

  test.each([
    ['LISTEN orders', 'LISTEN'],
    ["SET statement_timeout = '1s'", 'SET'],
    ['SELECT pg_advisory_lock(1)', 'advisory lock of the session'],
    ['PREPARE one AS SELECT 1', 'PREPARE'],
    ['CREATE TEMP TABLE scratch (id int)', 'temporary table'],
  ])('in transaction mode, %s is named', async (statement, feature) => {
    const examined = doctor()
    const pool = await makePool({ connectionString: await start('transaction') })
    await pool.query(statement)
    const [found, ...others] = await examined.examine()
    expect(others).toEqual([])
    expect(found).toMatchObject({ check: 'pooler_session_features', severity: 'error' })
    expect(found?.problem).toContain(feature)
  })

  test('in transaction mode, what ends with its transaction is no matter, nor is a high limit', async () => {
    const examined = doctor()
    const pool = await makePool({ connectionString: await start('transaction'), max: 150 })
    const client = await pool.connect()
    for (const statement of [
      'BEGIN',
      "SET LOCAL statement_timeout = '1s'",
      'SELECT pg_advisory_xact_lock(1)',
      'CREATE TEMP TABLE scratch (id int) ON COMMIT DROP',
      'COMMIT',
      "SET application_name = 'shop'",
    ])
      await client.query(statement)
    client.release()
    expect(await examined.examine()).toEqual([])
  })

  test('in session mode, sessions are the application’s own', async () => {
    const examined = doctor()
    const pool = await makePool({ connectionString: await start('session') })
    await pool.query('LISTEN orders')
    expect(await examined.examine()).toEqual([])
  })
})
