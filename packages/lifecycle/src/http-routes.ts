import { type ChannelListener, channel } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { processState } from './process-state.js'

/**
 * Fastify says which route it has chosen right before the handler.
 *
 * @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
 */
const fastifyHandlerStarts = 'tracing:fastify.request.handler:start'
const maximumLength = 256

/**
 * Says which route serves the request of the running code, for frameworks that leave no trace of it on the request.
 * Express 5 and Fastify 5 do. Outside a request nothing happens.
 *
 * @param route the pattern, such as `/orders/:id`, never a path with values in it; or a function that is asked for it
 * whenever it is needed, as long as the request lasts.
 */
export function nameRoute(route: string | (() => unknown)): void {
  const unit = processState().unitOfWorkStorage.getStore()
  if (unit?.kind !== 'http') return
  unit.readRouteWith(() => shownRoute(typeof route === 'function' ? route() : route))
}

/**
 * The route that Express has put on the request, below the path of the routers that lead to it.
 *
 * @see https://expressjs.com/en/5x/api.html#req.route
 */
export function expressRouteOf(request: IncomingMessage): string | undefined {
  // What a framework adds to Node's request; any application may have put anything there.
  const { route, baseUrl } = request as { route?: unknown; baseUrl?: unknown }
  if (typeof route !== 'object' || route === null || !('path' in route)) return undefined
  const { path } = route
  if (typeof path !== 'string') return undefined
  const below = typeof baseUrl === 'string' ? pathWithoutIds(baseUrl) : ''
  return shownRoute(`${below}${path === '/' && below !== '' ? '' : path}`)
}

function shownRoute(route: unknown): string | undefined {
  return typeof route === 'string' && route !== '' ? route.slice(0, maximumLength) : undefined
}

/** Takes the routes that Fastify announces; returns the function that stops it. */
export function followFastifyRoutes(): () => void {
  const starts = channel(fastifyHandlerStarts)
  starts.subscribe(takeFastifyRoute)
  return () => starts.unsubscribe(takeFastifyRoute)
}

const takeFastifyRoute: ChannelListener = (message) => {
  const { route } = message as { route?: { url?: unknown } }
  if (typeof route?.url === 'string') nameRoute(route.url)
}

/** A path for people and metrics: no query string, no segment that looks like an identifier. */
export function pathWithoutIds(url: string): string {
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  return path
    .slice(0, maximumLength)
    .split('/')
    .map((segment) => (looksLikeId(segment) ? ':id' : segment))
    .join('/')
}

function looksLikeId(segment: string): boolean {
  return /^\d+$/.test(segment) || /^[0-9a-f-]{16,}$/i.test(segment) || segment.length > 40
}
