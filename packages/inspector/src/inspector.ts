import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TokenAccess } from './access.js'
import { EventStream } from './event-stream.js'
import {
  type InspectorOptions,
  type InspectorSettings,
  resolveInspectorOptions,
} from './inspector-options.js'
import { PageData } from './page-data.js'
import { PageFiles } from './page-files.js'
import { PoolTimeline } from './pool-timeline.js'
import { Requests, sendText } from './requests.js'
import { StatementRates } from './statement-rates.js'

/** The page, mounted in a server or on a port of its own. */
export interface Inspector {
  /** For `node:http`: answers the request and returns true if its path is the page's or below it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** For Express, Connect and NestJS on Express. */
  readonly middleware: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  /**
   * Serves the page on a port of 127.0.0.1, to whoever has the address that this settles with: it holds a token. Keeps
   * no process running.
   *
   * @param port 0, or none, for a free one. Rejects with the system's error, such as `EADDRINUSE`.
   */
  listen(port?: number): Promise<string>
  /** Closes every open page and observes nothing from then on. */
  close(): void
}

/**
 * Makes the page. It observes from now on, at the cost of two counters per query and per connection taken, and one timer
 * a second while there is a pool.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function createInspector(options: InspectorOptions): Inspector {
  return new ProcessInspector(resolveInspectorOptions(options))
}

class ProcessInspector implements Inspector {
  readonly middleware: Inspector['middleware']
  readonly #settings: InspectorSettings
  readonly #pools: PoolTimeline
  readonly #rates: StatementRates = new StatementRates()
  readonly #events: EventStream = new EventStream()
  readonly #requests: Requests
  readonly #stops: readonly (() => void)[]
  #server: Server | undefined = undefined

  constructor(settings: InspectorSettings) {
    this.#settings = settings
    this.#pools = new PoolTimeline(() => this.#events.send('pools', this.#pools.latest()))
    this.#requests = new Requests(
      new PageData(settings, this.#pools, this.#rates),
      new PageFiles(),
      this.#events,
    )
    this.#stops = [
      settings.insights.subscribeUnits((unit) => this.#events.send('request', unit)),
      settings.insights.subscribe((finding) => this.#events.send('finding', finding)),
    ]
    this.middleware = (request, response, next) => {
      if (!this.handle(request, response)) next()
    }
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { path } = this.#settings
    // Express cuts off what a router is mounted at; the whole is what was asked for.
    const { originalUrl } = request as { originalUrl?: unknown }
    const url = typeof originalUrl === 'string' ? originalUrl : (request.url ?? '/')
    const [asked = '/', query = ''] = url.split('?', 2)
    if (asked !== path && !asked.startsWith(`${path}/`)) return false
    if (!this.#isAuthorized(request)) sendText(request, response, 404, 'There is nothing here.')
    // Addresses in the page are relative to its folder.
    else if (asked === path) response.writeHead(308, { Location: `${path}/` }).end()
    else this.#requests.answer(request, response, asked.slice(path.length), new URLSearchParams(query))
    return true
  }

  async listen(port = 0): Promise<string> {
    if (this.#server !== undefined) throw new Error('the inspector listens already')
    const access = new TokenAccess()
    const server = createServer((request, response) => this.#serve(access, request, response))
    server.on('connection', (socket) => socket.unref())
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    server.unref()
    this.#server = server
    // A server on a port has such an address.
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/?token=${access.token}`
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#events.close()
    this.#pools.close()
    this.#rates.close()
    this.#server?.close()
    this.#server?.closeAllConnections()
  }

  #serve(access: TokenAccess, request: IncomingMessage, response: ServerResponse): void {
    const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
    if (!access.isAllowed(request)) {
      sendText(request, response, 401, 'The address with its token was printed when pgspan started.')
      return
    }
    const query = new URLSearchParams(search)
    if (path === '/' && query.has('token')) {
      response
        .writeHead(303, { Location: '/', 'Set-Cookie': access.cookie, 'Cache-Control': 'no-store' })
        .end()
      return
    }
    this.#requests.answer(request, response, path, query)
  }

  #isAuthorized(request: IncomingMessage): boolean {
    try {
      return this.#settings.authorize(request) === true
    } catch {
      return false
    }
  }
}
