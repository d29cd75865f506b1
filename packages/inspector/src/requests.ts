import type { IncomingMessage, ServerResponse } from 'node:http'
import { NoPlanError } from '@pgspan/insights'
import { isFromElsewhere } from './access.js'
import type { EventStream } from './event-stream.js'
import type { PageData } from './page-data.js'
import type { PageFile, PageFiles } from './page-files.js'

const defaultLimit = 200

/** Nothing from elsewhere is loaded, nothing is run but the page's own script, and nobody may frame it. */
const protection: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** Answers what the page asks for. Who asks is known to be allowed. */
export class Requests {
  readonly #data: PageData
  readonly #files: PageFiles
  readonly #events: EventStream
  #isExplaining = false

  constructor(data: PageData, files: PageFiles, events: EventStream) {
    this.#data = data
    this.#files = files
    this.#events = events
  }

  /** @param path below the page's own, with a leading `/`. */
  answer(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams): void {
    for (const [name, value] of Object.entries(protection)) response.setHeader(name, value)
    const isListening = path === '/api/events' && request.method === 'GET' && !isFromElsewhere(request)
    if (isListening && this.#events.add(response)) return
    if (request.method === 'POST' && path === '/api/explain') {
      void this.#explain(request, query).then((answer) => send(request, response, answer))
      return
    }
    send(request, response, this.#answerTo(request, path, query))
  }

  #answerTo(request: IncomingMessage, path: string, query: URLSearchParams): Answer {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const answer = textAnswer(405, 'Only GET and HEAD are answered here.')
      return { ...answer, headers: { ...answer.headers, Allow: 'GET, HEAD' } }
    }
    if (!path.startsWith('/api/')) return fileAnswer(request, this.#files.get(path))
    if (isFromElsewhere(request)) return textAnswer(403, 'Only the page itself may ask for this.')
    if (path === '/api/events')
      return textAnswer(503, 'Too many pages are open; this one can be loaded again.')
    const data = this.#dataAt(path, query)
    return data === undefined ? textAnswer(404, 'There is nothing here.') : jsonAnswer(data)
  }

  /** The only request that has an effect, on the server's load: one at a time, and from the page alone. */
  async #explain(request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
    if (isFromElsewhere(request) || request.headers['x-pgspan'] === undefined)
      return textAnswer(403, 'Only the page itself may ask for this; a header x-pgspan says so.')
    if (this.#isExplaining) return textAnswer(429, 'Another plan is being asked for.')
    this.#isExplaining = true
    try {
      const plan = await this.#data.explain(query.get('fingerprint') ?? '')
      return plan === undefined
        ? textAnswer(404, 'No execution of this statement is known.')
        : jsonAnswer(plan)
    } catch (error) {
      return textAnswer(422, error instanceof NoPlanError ? error.message : 'The plan could not be had.')
    } finally {
      this.#isExplaining = false
    }
  }

  #dataAt(path: string, query: URLSearchParams): unknown {
    switch (path) {
      case '/api/overview':
        return this.#data.overview()
      case '/api/requests':
        return this.#data.units(numberIn(query, 'limit') ?? defaultLimit)
      case '/api/findings':
        return this.#data.findings()
      case '/api/statements':
        return this.#data.statements()
      case '/api/pools':
        return this.#data.pools()
      default: {
        const number = /^\/api\/requests\/(\d{1,15})$/.exec(path)?.[1]
        return number === undefined ? undefined : this.#data.unit(Number(number))
      }
    }
  }
}

/** Answers in one line of text. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  send(request, response, textAnswer(status, text))
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
}

function textAnswer(status: number, text: string): Answer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  return { status, headers, body: `${text}\n` }
}

function jsonAnswer(data: unknown): Answer {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return { status: 200, headers, body: `${JSON.stringify(data)}\n` }
}

function fileAnswer(request: IncomingMessage, file: PageFile | undefined): Answer {
  if (file === undefined) return textAnswer(404, 'There is nothing here.')
  const headers = { 'Content-Type': file.type, 'Cache-Control': 'no-cache', ETag: file.etag }
  const isKnown = request.headers['if-none-match'] === file.etag
  return isKnown ? { status: 304, headers, body: '' } : { status: 200, headers, body: file.body }
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined
}
