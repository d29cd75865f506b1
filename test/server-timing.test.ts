import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { sendDatabaseHeaders } from '@pgspan/http'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { findProgram } from './support/programs.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const executablePath = findProgram('chromium')

/** As a script of the page reads it. */
interface Metric {
  readonly name: string
  readonly duration: number
  readonly description: string
}

describe.skipIf(executablePath === undefined)('Server-Timing in Chromium (skipped without chromium)', () => {
  const instrumentation = new PgInstrumentation()
  let pool: pg.Pool
  let server: Server
  let origin: string
  let browser: Browser
  let page: Page
  const insights = createInsights({ console: false, slowQueryMillis: false, poolWaitMillis: false })
  const stops: (() => void)[] = []

  beforeAll(async () => {
    pool = new (loadPg().Pool)({ connectionString: database().connectionString })
    stops.push(insights.attach(), sendDatabaseHeaders({ insights, authorize: () => true }))
    await pool.query('CREATE TABLE author (id int PRIMARY KEY, name text)')
    await pool.query("INSERT INTO author SELECT n, 'author ' || n FROM generate_series(1, 12) AS n")
    server = createServer((request, response) => {
      void trace.getTracer('application').startActiveSpan('GET /', async (span) => {
        await answers[request.url ?? '']?.(pool)
        response.setHeader('Server-Timing', [
          'cache;desc="Cache \\"read\\", twice";dur=23.2',
          'app;dur=1.5, edge',
        ])
        response.setHeader('Content-Type', 'text/html')
        response.end('<!doctype html><title>a page</title>')
        span.end()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    })
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
    for (const stop of stops) stop()
    await pool.end()
    insights.close()
    instrumentation.disable()
  })

  test('a script reads our metrics of the page itself, behind those of the application', async () => {
    await page.goto(`${origin}/page`)
    const metrics = await page.evaluate<Metric[]>(
      `performance.getEntriesByType('navigation')[0].serverTiming.map(({ name, duration, description }) => ({ name, duration, description }))`,
    )
    expect(metrics.slice(0, 3)).toEqual([
      { name: 'cache', duration: 23.2, description: 'Cache "read", twice' },
      { name: 'app', duration: 1.5, description: '' },
      { name: 'edge', duration: 0, description: '' },
    ])
    const span = telemetry
      .spans()
      .find(({ name }) => name === 'GET /')
      ?.spanContext()
    expect(metrics.slice(3)).toEqual([
      { name: 'db', duration: expect.any(Number), description: '2 queries' },
      { name: 'db-wait', duration: expect.any(Number), description: '' },
      { name: 'traceparent', duration: 0, description: `00-${span?.traceId}-${span?.spanId}-01` },
    ])
    // The database sleeps for 20 ms and for 30 ms, side by side.
    expect(metrics[3]?.duration).toBeGreaterThan(28)
  })

  test('a script reads those of what it fetches, findings among them', async () => {
    const metrics = await page.evaluate<Metric[]>(
      `fetch('/loop').then((answer) => answer.text()).then(() => performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/loop')).serverTiming.map(({ name, duration, description }) => ({ name, duration, description })))`,
    )
    expect(metrics.map(({ name, description }) => [name, description])).toEqual([
      ['cache', 'Cache "read", twice'],
      ['app', ''],
      ['edge', ''],
      ['db', '13 queries'],
      ['db-wait', ''],
      ['db-findings', '1'],
      ['traceparent', expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)],
    ])
  })
})

const answers: Readonly<Record<string, (pool: pg.Pool) => Promise<unknown>>> = {
  '/page': (pool) => Promise.all([pool.query('SELECT pg_sleep(0.02)'), pool.query('SELECT pg_sleep(0.03)')]),
  async '/loop'(pool) {
    const { rows } = await pool.query('SELECT id FROM author ORDER BY id')
    for (const { id } of rows) await pool.query('SELECT name FROM author WHERE id = $1', [id])
  },
}
