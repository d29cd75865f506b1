import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { processState } from './process-state.js'
import { UnitOfWork } from './unit-of-work.js'

const requestStarted = 'http.server.request.start'

/**
 * Makes every request that a server of `node:http` or `node:https` receives a unit of work, without middleware.
 *
 * A unit ends at the `close` of its response: an aborted request never emits `finish`. Returns the function that
 * stops it; the last to stop ends the subscription. HTTP/2 servers do not announce their requests.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#http
 */
export function followHttpRequests(): () => void {
  const following = processState().httpFollowing
  if (following.count++ === 0) {
    subscribe(requestStarted, openUnit)
    following.stop = () => unsubscribe(requestStarted, openUnit)
  }
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    if (--following.count > 0) return
    following.stop?.()
    following.stop = undefined
  }
}

function openUnit(message: unknown): void {
  // The channel's payload, as Node documents it.
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  const unit = new UnitOfWork('http', `${request.method ?? 'GET'} ${pathWithoutIds(request.url ?? '/')}`)
  response.once('close', () => unit.end())
  // Data and end events come from the socket, whose context is not the request's. Without this, a handler that
  // goes on after the body has arrived runs outside its unit (Node 24).
  bindEmit(request, unit)
  bindEmit(response, unit)
  processState().unitOfWorkStorage.enterWith(unit)
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

/** A path for people and metrics: no query string, no segment that looks like an identifier. */
function pathWithoutIds(url: string): string {
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  return path
    .slice(0, 256)
    .split('/')
    .map((segment) => (looksLikeId(segment) ? ':id' : segment))
    .join('/')
}

function looksLikeId(segment: string): boolean {
  return /^\d+$/.test(segment) || /^[0-9a-f-]{16,}$/i.test(segment) || segment.length > 40
}
