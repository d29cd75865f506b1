import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import underPressure from '@fastify/under-pressure'
import { createTerminus } from '@godaddy/terminus'
import { serve } from '@hono/node-server'
import { createHealth, type Health } from '@pgspan/http'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import Koa from 'koa'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
let instrumentation: PgInstrumentation
let pool: pg.Pool
let health: Health

beforeAll(async () => {
  instrumentation = new PgInstrumentation()
  const { Pool } = loadPg()
  pool = new Pool({ connectionString: database().connectionString })
  health = createHealth({ freshMillis: 60_000 })
  await pool.query('SELECT 1')
})
afterAll(async () => {
  health.close()
  await pool.end()
  instrumentation.disable()
})

/** The README's lines, and `/own`, which the application answers itself. */
const servers: Readonly<Record<string, () => Promise<Server>>> = {
  async Express() {
    const app = express()
    app.use(health.middleware)
    app.get('/own', (_, response) => void response.send('own'))
    return app.listen(0, '127.0.0.1')
  },
  async Koa() {
    const app = new Koa()
    app.use(async (ctx, next) => {
      const answer = await health.answer(ctx.method, ctx.url)
      if (answer === undefined) return next()
      ctx.status = answer.status
      ctx.set(answer.headers)
      ctx.body = answer.body
    })
    app.use((ctx) => {
      ctx.body = 'own'
    })
    return app.listen(0, '127.0.0.1')
  },
  async Hono() {
    const app = new Hono()
    app.use(async (c, next) => {
      const answer = await health.answer(c.req.method, c.req.path)
      return answer ? c.body(answer.body, answer.status as ContentfulStatusCode, answer.headers) : next()
    })
    app.get('/own', (c) => c.text('own'))
    return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  },
  async Fastify() {
    const app = fastify()
    app.addHook('onRequest', async (request, reply) => {
      const answer = await health.answer(request.method, request.url)
      if (answer) return reply.code(answer.status).headers(answer.headers).send(answer.body)
    })
    app.get('/own', async () => 'own')
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server
  },
}

describe.each(Object.entries(servers))('%s', (_, start) => {
  test('answers health beside its own routes', async () => {
    const server = await start()
    if (!server.listening) await once(server, 'listening')
    const origin = originOf(server)
    const ready = await fetch(`${origin}/readyz`)
    expect(ready.status).toBe(200)
    expect(ready.headers.get('content-type')).toContain('application/health+json')
    expect(await ready.json()).toEqual({ status: 'pass' })
    expect(await (await fetch(`${origin}/own`)).text()).toBe('own')
    server.closeAllConnections()
    server.close()
  })
})

test('terminus answers with the report of what fails', async () => {
  const server = createServer((_, response) => void response.end('own'))
  const failing = createHealth({ pools: ['nowhere'] })
  const isReady = { now: health }
  createTerminus(server, { healthChecks: { '/readyz': () => isReady.now.assertReady() } })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  expect((await fetch(`${originOf(server)}/readyz`)).status).toBe(200)
  isReady.now = failing
  const answer = await fetch(`${originOf(server)}/readyz`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({
    details: { status: 'fail', pools: [{ pool: 'nowhere', reason: 'unknown' }] },
  })
  failing.close()
  server.closeAllConnections()
  server.close()
})

test('under-pressure refuses requests while the check fails', async () => {
  const app = fastify()
  const failing = createHealth({ pools: ['nowhere'] })
  const isReady = { now: health }
  await app.register(underPressure, {
    healthCheck: async () => {
      await isReady.now.assertReady()
      return true
    },
    healthCheckInterval: 20,
  })
  app.get('/own', async () => 'own')
  expect((await app.inject('/own')).statusCode).toBe(200)
  isReady.now = failing
  await expect.poll(async () => (await app.inject('/own')).statusCode).toBe(503)
  failing.close()
  await app.close()
})

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
