import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import Router from '@koa/router'
import { nameRoute } from '@pgspan/http'
import Koa from 'koa'
import { handleOrder, type OrderRequest, type StartApp } from './orders.js'
import { running } from './running.js'

export const startKoa: StartApp = async (pool) => {
  const app = new Koa()
  const router = new Router()
  app.use((ctx, next) => {
    nameRoute(() => ctx._matchedRoute)
    return next()
  })
  router.post('/orders/:id', async (ctx) => {
    const body = (await json(ctx.req)) as OrderRequest
    ctx.set('Server-Timing', 'app;dur=1')
    ctx.body = await handleOrder(pool, body)
  })
  app.use(router.routes())
  // A caller that goes while it sends its body is an error to Koa.
  app.silent = true
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return running(server)
}
