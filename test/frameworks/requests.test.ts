import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendDatabaseHeaders } from '@pgspan/http'
import { createInsights, type Insights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { followHttpRequests, type UnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'
import { startBareHttp } from './apps/bare-http.js'
import { startExpress } from './apps/express.js'
import { startFastify } from './apps/fastify.js'
import { startHono } from './apps/hono.js'
import { startKoa } from './apps/koa.js'
import { startNestOnExpress, startNestOnFastify } from './apps/nest.js'
import type { OrderRequest, RunningApp, StartApp } from './apps/orders.js'

const apps: Readonly<Record<string, StartApp>> = {
  'Express 5': startExpress,
  'Fastify 5': startFastify,
  'Koa 3': startKoa,
  'Hono 4': startHono,
  'NestJS on Express': startNestOnExpress,
  'NestJS on Fastify': startNestOnFastify,
  'bare http': startBareHttp,
}

const database = useTestDatabase()
const units: UnitOfWork[] = []
let instrumentation: PgInstrumentation
let insights: Insights
let pool: pg.Pool
let stops: (() => void)[] = []

beforeAll(() => {
  instrumentation = new PgInstrumentation()
  insights = createInsights()
  stops = [
    insights.attach(),
    sendDatabaseHeaders({ countHeaders: true, profileHeader: true, insights }),
    followHttpRequests((unit) => units.push(unit)),
  ]
  const { Pool } = loadPg()
  pool = new Pool({ connectionString: database().connectionString, max: 4 })
})
afterEach(() => units.splice(0))
afterAll(async () => {
  for (const stop of stops) stop()
  await pool.end()
  instrumentation.disable()
})

describe.each(Object.entries(apps))('%s', (name, startApp) => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp(pool)
  })
  afterAll(() => app.close())

  test('200 requests at a time, some of them aborted: every query is counted in its own', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 50 })
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        n % 10 === 9
          ? abort(app.port)
          : order(app.port, agent, n, { queries: 1 + (n % 7), pauseMillis: n % 4 }),
      ),
    )
    agent.destroy()
    const wrong = outcomes.filter((answer) => answer && answer.headers['x-db-query-count'] !== answer.asked)
    expect(wrong).toEqual([])
    expect(outcomes.filter((answer) => answer !== undefined)).toHaveLength(180)
    await expect.poll(() => units.filter(({ ended }) => !ended)).toEqual([])
    expect(units).toHaveLength(200)
    if (name !== 'bare http') expect(new Set(units.map((unit) => unit.name))).toContain('POST /orders/:id')
  })

  test('headers tell of the database beside those of the application, and parse', async () => {
    const agent = new Agent()
    const { headers } = await order(app.port, agent, 4_711, { queries: 3, pauseMillis: 1 })
    const timing = String(headers['server-timing'])
    expect(timing).toMatch(/^app;dur=1, db;dur=[\d.]+;desc="3 queries", db-wait;dur=[\d.]+$/)
    expect(headers['x-db-n-plus-one']).toBe('0')
    const profile = Object.fromEntries(
      String(headers['x-db-profile'])
        .split(', ')
        .map((part) => part.split('=')),
    )
    expect(Object.keys(profile)).toEqual([
      'total',
      'pool_wait',
      'connect',
      'queue',
      'execute',
      'rows',
      'handler',
    ])
    const { total, handler, ...waits } = profile
    const waited = Object.values(waits).reduce((sum: number, value) => sum + Number(value), 0)
    // One query after the other: what was waited for and the rest are the whole.
    expect(Math.abs(Number(total) - Number(handler) - waited)).toBeLessThan(Number(total) / 2)
    expect(Number(handler)).toBeGreaterThan(1e6)
  })
})

test('requests that are pipelined over one connection are counted apart', async () => {
  const app = await startBareHttp(pool)
  const socket = connect(app.port, '127.0.0.1')
  const bodies = [2, 5, 1].map((queries) => JSON.stringify({ queries, pauseMillis: 1 }))
  for (const [n, body] of bodies.entries()) {
    const close = n === bodies.length - 1 ? 'Connection: close\r\n' : ''
    socket.write(`POST /orders/7 HTTP/1.1\r\nHost: x\r\n${close}Content-Length: ${body.length}\r\n\r\n`)
    await sleep(5)
    socket.write(body)
  }
  const answers = await text(socket)
  expect([...answers.matchAll(/X-DB-Query-Count: (\d+)/g)].map((match) => match[1])).toEqual(['2', '5', '1'])
  await app.close()
})

test('an upgraded connection is no request, and leaves nothing open', async () => {
  const app = await startBareHttp(pool)
  const socket = connect(app.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
  socket.end()
  await text(socket)
  expect(units.filter(({ ended }) => !ended)).toEqual([])
  await app.close()
})

interface Answer {
  readonly headers: IncomingHttpHeaders
  readonly asked: string
}

/** Sends the body in two halves, with a pause between them. */
async function order(port: number, agent: Agent, id: number, body: OrderRequest): Promise<Answer> {
  const sent = httpRequest({
    port,
    agent,
    host: '127.0.0.1',
    method: 'POST',
    path: `/orders/${id}`,
    headers: { 'Content-Type': 'application/json' },
  })
  const bytes = JSON.stringify(body)
  sent.write(bytes.slice(0, 5))
  await sleep(id % 20)
  sent.end(bytes.slice(5))
  const [response] = await once(sent, 'response')
  await text(response)
  return { headers: response.headers, asked: String(body.queries) }
}

/** Goes away before the body is complete. */
async function abort(port: number): Promise<undefined> {
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/orders/1',
    headers: { 'Content-Type': 'application/json' },
  })
  sent.on('error', () => {})
  sent.write('{ "que')
  const [socket] = await once(sent, 'socket')
  if (socket.connecting) await once(socket, 'connect')
  await sleep(50)
  sent.destroy()
}
