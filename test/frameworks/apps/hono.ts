import { once } from 'node:events'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { nameRoute } from '@pgspan/http'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { handleOrder, type StartApp } from './orders.js'
import { running } from './running.js'

export const startHono: StartApp = async (pool) => {
  const app = new Hono()
  app.use((c, next) => {
    nameRoute(() => routePath(c, -1))
    return next()
  })
  app.post('/orders/:id', async (c) => {
    c.header('Server-Timing', 'app;dur=1')
    return c.json(await handleOrder(pool, await c.req.json()))
  })
  // A caller that goes while it sends its body is an error to Hono.
  app.onError((_error, c) => c.text('gone', 400))
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  if (!server.listening) await once(server, 'listening')
  return running(server)
}
