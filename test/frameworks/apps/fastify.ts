import { fastify } from 'fastify'
import { handleOrder, type OrderRequest, type StartApp } from './orders.js'
import { running } from './running.js'

export const startFastify: StartApp = async (pool) => {
  const app = fastify()
  app.post<{ Body: OrderRequest }>('/orders/:id', async (request, reply) => {
    reply.header('Server-Timing', 'app;dur=1')
    return handleOrder(pool, request.body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { ...running(app.server), close: () => app.close() }
}
