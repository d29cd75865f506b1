import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHealth, type Health, type HealthOptions } from '@pgspan/http'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../scripts/embedded-postgres.mjs'
import { loadPg } from './support/load-pg.js'

let instrumentation: PgInstrumentation
let server: EmbeddedPostgres
let pool: pg.Pool
let first: Health
let healths: Health[] = []

beforeAll(async () => {
  instrumentation = new PgInstrumentation()
  // As in a service, somebody listens from the start: nobody counts what waits while nobody does.
  first = createHealth()
  server = await startEmbeddedPostgres()
})
afterAll(async () => {
  first.close()
  instrumentation.disable()
  await server.stop()
})
beforeEach(() => {
  const { Pool } = loadPg()
  pool = new Pool({ connectionString: server.connectionString, max: 2, idleTimeoutMillis: 0 })
  // What idle connections lose is not the subject here.
  pool.on('error', () => {})
})
afterEach(async () => {
  for (const health of healths) health.close()
  healths = []
  if (!pool.ended) await pool.end()
})

function healthOf(options: HealthOptions = {}): Health {
  const health = createHealth({ freshMillis: 50, probeTimeoutMillis: 300, ...options })
  healths.push(health)
  return health
}

/** True if the answer is there before the event loop has turned: nothing was waited for. */
async function isAnsweredAtOnce(health: Health): Promise<boolean> {
  let isAnswered = false
  void health.answer('GET', '/readyz').then(() => {
    isAnswered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return isAnswered
}

/** What is said once the verdict has settled. */
function settled(health: Health): ReturnType<typeof expect.poll> {
  return expect.poll(async () => (await health.check()).pools[0]?.reason, { timeout: 5_000, interval: 60 })
}

describe('a database that answers', () => {
  test('a query that has just succeeded is evidence: nobody is asked', async () => {
    const health = healthOf({ freshMillis: 60_000 })
    await pool.query('SELECT 1')
    const report = await health.check()
    expect(report).toMatchObject({
      status: 'pass',
      pools: [{ reason: 'answers', responseMillis: undefined }],
    })
    expect(await healthConnections()).toBe(0)
  })

  test('without queries a connection beside the pool asks, is closed, and takes none of the pool’s', async () => {
    await pool.query('SELECT 1')
    const health = healthOf({ freshMillis: 1 })
    await settled(health).toBe('answers')
    const [answer] = (await health.check()).pools
    expect(answer).toMatchObject({ status: 'pass', used: 0, limit: 2, pending: 0 })
    expect(answer?.responseMillis).toBeGreaterThan(0)
    expect(pool.totalCount).toBe(1)
    await expect.poll(healthConnections).toBe(0)
  })

  test('many who ask at once make one probe', async () => {
    const counter = healthOf({ freshMillis: 60_000 })
    await pool.query('SELECT 1')
    counter.close()
    const before = await sessionsSoFar()
    const health = healthOf({ freshMillis: 60_000 })
    await Promise.all(Array.from({ length: 50 }, () => health.check()))
    await settled(health).toBe('answers')
    expect((await sessionsSoFar()) - before).toBeLessThanOrEqual(1)
  })

  test('saturation is told without waiting in the pool, and is no failure unless it is asked to be', async () => {
    const clients = [await pool.connect(), await pool.connect()]
    await clients[0]?.query('SELECT 1')
    const waiting = pool.connect()
    const [lenient, strict] = [healthOf(), healthOf({ saturation: 'fail' })]
    await settled(lenient).toBe('saturated')
    await settled(strict).toBe('saturated')
    expect((await lenient.check()).status).toBe('warn')
    expect(await lenient.answer('GET', '/readyz')).toMatchObject({ status: 200 })
    expect(await strict.answer('GET', '/readyz')).toMatchObject({ status: 503 })
    expect(pool.waitingCount).toBe(1)
    for (const client of clients) client.release()
    ;(await waiting).release()
  })

  test('a pool that has ended fails, one of several that are open does not matter, a named one does', async () => {
    const health = healthOf()
    await pool.query('SELECT 1')
    const { Pool } = loadPg()
    const another = new Pool({ connectionString: server.connectionString })
    await another.query('SELECT 1')
    await settled(health).toBe('answers')
    const named = healthOf({ pools: ['postgres', 'postgres#2'] })
    await pool.end()
    expect((await health.check()).status).toBe('pass')
    expect((await named.check()).pools).toContainEqual(
      expect.objectContaining({ pool: 'postgres', status: 'fail', reason: 'ended' }),
    )
    await another.end()
    expect(await health.check()).toMatchObject({ status: 'fail', pools: [{ reason: 'ended' }] })
  })

  test('a server that is full answers: a warning, with its SQLSTATE', async () => {
    await pool.query('SELECT 1')
    const health = healthOf()
    await settled(health).toBe('answers')
    await pool.query(`ALTER DATABASE postgres CONNECTION LIMIT 0`)
    await pool.query(`CREATE ROLE clerk LOGIN PASSWORD 'clerk'`)
    const { Pool } = loadPg()
    const url = new URL(server.connectionString)
    url.username = 'clerk'
    url.password = 'clerk'
    const limited = new Pool({ connectionString: url.href })
    await limited.connect().catch(() => {})
    const warned = healthOf({ pools: ['postgres#2'] })
    await settled(warned).toBe('refused')
    expect((await warned.check()).pools[0]).toMatchObject({ status: 'warn', sqlState: '53300' })
    await limited.end()
    await pool.query('ALTER DATABASE postgres CONNECTION LIMIT -1')
  })
})

describe('a database that does not answer', () => {
  test('frozen: one probe is not enough, two are; it is back after two as well', async () => {
    await pool.query('SELECT 1')
    const health = healthOf()
    await settled(health).toBe('answers')
    const postmaster = await postmasterOf(pool)
    process.kill(postmaster, 'SIGSTOP')
    try {
      // Each answer is the verdict at hand, also while a probe waits for the server.
      for (let n = 0; n < 40; n++) {
        expect(await isAnsweredAtOnce(health)).toBe(true)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await settled(health).toBe('silent')
      expect(await isAnsweredAtOnce(health)).toBe(true)
      expect(await health.answer('GET', '/readyz')).toMatchObject({ status: 503 })
      expect(await health.answer('GET', '/livez')).toMatchObject({ status: 200 })
    } finally {
      process.kill(postmaster, 'SIGCONT')
    }
    await settled(health).toBe('answers')
  })

  test('slower than a probe may be: it fails until a query succeeds', async () => {
    const health = healthOf({ freshMillis: 1, probeTimeoutMillis: 0.001 })
    await pool.query('SELECT 1')
    await settled(health).toBe('silent')
    const later = pool.query('SELECT 1')
    await later
    expect((await health.check()).pools[0]?.reason).toBe('answers')
  })

  test('killed: whoever asks gets 503, at once', async () => {
    const doomed = await startEmbeddedPostgres()
    const { Pool } = loadPg()
    const lost = new Pool({ connectionString: doomed.connectionString })
    lost.on('error', () => {})
    const url = new URL(doomed.connectionString)
    await lost.query('SELECT 1')
    const health = healthOf({ pools: [`postgres@${url.host}`] })
    await settled(health).toBe('answers')
    await doomed.stop()
    await settled(health).toBe('silent')
    expect(await health.answer('GET', '/healthz')).toMatchObject({ status: 503 })
    const body = (await health.answer('GET', '/healthz'))?.body ?? ''
    for (const secret of [url.password, 'ECONNREFUSED', 'SELECT']) expect(body).not.toContain(secret)
    await lost.end()
  })
})

describe('answers', () => {
  test('the body is application/health+json, with a check per pool', async () => {
    await pool.query('SELECT 1')
    const health = healthOf({ freshMillis: 60_000 })
    await settled(health).toBe('answers')
    const answer = await health.answer('GET', '/healthz?x=1')
    expect(answer?.headers).toEqual({
      'Content-Type': 'application/health+json',
      'Cache-Control': 'no-store',
    })
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      status: 'pass',
      checks: {
        'postgres:responseTime': [
          {
            componentType: 'datastore',
            observedValue: expect.any(Number),
            observedUnit: 'ms',
            status: 'pass',
            time: expect.stringMatching(/^\d{4}-.*Z$/),
          },
        ],
        'postgres:connections': [
          { componentType: 'datastore', observedValue: 0, observedUnit: 'of 2, 0 waiting', status: 'pass' },
        ],
      },
    })
  })

  test('other paths and methods, hostile ones included', async () => {
    const health = healthOf()
    await pool.query('SELECT 1')
    for (const url of ['/', '//', '/readyz/', '/%00', 'http://x/readyz', '', '/readyzz?/readyz'])
      expect(await health.answer('GET', url)).toBeUndefined()
    expect(await health.answer('POST', '/readyz')).toMatchObject({
      status: 405,
      headers: { Allow: 'GET, HEAD' },
    })
    expect(await health.answer('HEAD', '/livez')).toMatchObject({ status: 200, body: '' })
    expect(await health.answer('GET', '/healthz?pool=nobody')).toMatchObject({
      status: 200,
      body: '{"status":"pass","checks":{}}\n',
    })
  })

  test('from the beginning of a shutdown the service is not ready, and still alive', async () => {
    const health = healthOf()
    await pool.query('SELECT 1')
    health.shutDown()
    expect(await health.answer('GET', '/readyz')).toMatchObject({ status: 503 })
    expect(await health.answer('GET', '/livez')).toMatchObject({ status: 200 })
    await expect(health.assertReady()).rejects.toThrow('not ready: shutting down')
  })

  test('a server of node:http answers them beside its own', async () => {
    const health = healthOf()
    await pool.query('SELECT 1')
    const app = createServer((request, response) => {
      if (!health.handle(request, response)) response.end('the application')
    })
    app.listen(0, '127.0.0.1')
    await once(app, 'listening')
    const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    const ready = await fetch(`${origin}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'pass' }])
    expect(await (await fetch(`${origin}/other`)).text()).toBe('the application')
    app.close()
  })

  test('a wrong option is named', () => {
    expect(() => createHealth({ freshMillis: 0 })).toThrow(
      new TypeError('createHealth: freshMillis must be a number of milliseconds above 0, got number'),
    )
    expect(() => createHealth({ pool: 'x' } as HealthOptions)).toThrow(/unknown option pool; known are pools/)
  })
})

async function healthConnections(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'pgspan%'`,
  )
  return rows[0].n
}

/** Sessions that have ended or go on, as the server counts them. */
async function sessionsSoFar(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT sessions::int AS n FROM pg_stat_database WHERE datname = 'postgres'`,
  )
  return rows[0].n
}

async function postmasterOf(asked: pg.Pool): Promise<number> {
  const { rows } = await asked.query(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  return rows[0].pid
}
