import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expressRouteOf, followFastifyRoutes, pathWithoutIds } from './http-routes.js'
import { processState } from './process-state.js'
import { UnitOfWork } from './unit-of-work.js'

const requestStarted = 'http.server.request.start'

/** Is told of a request that has just become a unit of work, before anybody handles it. */
export type HttpRequestListener = (
  unit: UnitOfWork,
  request: IncomingMessage,
  response: ServerResponse,
) => void

/**
 * Makes every request that a server of `node:http` or `node:https` receives a unit of work, without middleware.
 *
 * A unit ends at the `close` of its response: an aborted request never emits `finish`. Returns the function that
 * stops it; the last to stop ends the subscription. HTTP/2 servers do not announce their requests.
 *
 * @param listener runs for each request, before its handlers; it must not throw.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#http
 */
export function followHttpRequests(listener?: HttpRequestListener): () => void {
  const { httpFollowing: following, httpRequestListeners: listeners } = processState()
  if (following.count++ === 0) following.stop = subscribeToRequests()
  if (listener !== undefined) listeners.add(listener)
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    if (listener !== undefined) listeners.delete(listener)
    if (--following.count > 0) return
    following.stop?.()
    following.stop = undefined
  }
}

function subscribeToRequests(): () => void {
  subscribe(requestStarted, openUnit)
  const stopRoutes = followFastifyRoutes()
  return () => {
    unsubscribe(requestStarted, openUnit)
    stopRoutes()
  }
}

function openUnit(message: unknown): void {
  // The channel's payload, as Node documents it.
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  const unit = new UnitOfWork('http', `${request.method ?? 'GET'} ${pathWithoutIds(request.url ?? '/')}`)
  unit.readRouteWith(() => expressRouteOf(request))
  response.once('close', () => {
    // Without a head nothing was answered.
    if (response.headersSent) unit.statusCode = response.statusCode
    unit.end()
  })
  // Data and end events come from the socket, whose context is not the request's. Without this, a handler that
  // goes on after the body has arrived runs outside its unit (Node 24).
  bindEmit(request, unit)
  bindEmit(response, unit)
  const { unitOfWorkStorage, httpRequestListeners } = processState()
  for (const listener of httpRequestListeners) listener(unit, request, response)
  unitOfWorkStorage.enterWith(unit)
}

function bindEmit(emitter: EventEmitter, unit: UnitOfWork): void {
  const storage = processState().unitOfWorkStorage
  const emit = emitter.emit
  Object.defineProperty(emitter, 'emit', {
    value: function boundEmit(this: EventEmitter, ...args: Parameters<typeof emit>): boolean {
      if (storage.getStore() === unit) return emit.apply(this, args)
      return storage.run(unit, () => emit.apply(this, args))
    },
    configurable: true,
    writable: true,
  })
}
