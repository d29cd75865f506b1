import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { handleOrder, type OrderRequest, type StartApp } from './orders.js'
import { running } from './running.js'

export const startBareHttp: StartApp = async (pool) => {
  const server = createServer(async (request, response) => {
    try {
      const body = request.method === 'POST' ? ((await json(request)) as OrderRequest) : undefined
      const answer = body ? await handleOrder(pool, body) : {}
      response.setHeader('Server-Timing', 'app;dur=1')
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
    } catch {
      // The caller went while it sent its body.
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return running(server)
}
