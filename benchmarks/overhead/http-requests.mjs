// Requests as a server of node:http announces and answers them, without a network between.
import { AsyncResource } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

const started = channel('http.server.request.start')

/** Runs `work` for a request, and answers it. */
export function requestOfHttp(work) {
  const socket = new Socket()
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url = '/orders'
  const response = new ServerResponse(request)
  // What is known of a request is kept for what runs from here on.
  return new AsyncResource('request').runInAsyncScope(async () => {
    if (started.hasSubscribers) started.publish({ request, response, socket })
    await work()
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end('{}')
    response.emit('close')
  })
}
