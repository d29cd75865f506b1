import { once } from 'node:events'
import express from 'express'
import { handleOrder, type StartApp } from './orders.js'
import { running } from './running.js'

export const startExpress: StartApp = async (pool) => {
  const app = express()
  const orders = express.Router()
  app.use(express.json())
  orders.post('/:id', async (request, response) => {
    response.setHeader('Server-Timing', 'app;dur=1')
    response.json(await handleOrder(pool, request.body))
  })
  app.use('/orders', orders)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return running(server)
}
