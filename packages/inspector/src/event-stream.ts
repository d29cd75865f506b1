import type { ServerResponse } from 'node:http'

/** More pages than these are told to ask for themselves. */
const maximumListeners = 16
/** What one page may have unread; a page that is slower misses events and is told so. */
const maximumUnread = 1_000_000
const heartbeatMillis = 15_000

/**
 * Tells every open page what happens, as server-sent events.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  readonly #listeners: Set<ServerResponse> = new Set()
  #heartbeat: NodeJS.Timeout | undefined = undefined

  get isListened(): boolean {
    return this.#listeners.size > 0
  }

  /** Takes the response over. False if there are too many already. */
  add(response: ServerResponse): boolean {
    if (this.#listeners.size >= maximumListeners) return false
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write('retry: 2000\n\n')
    this.#listeners.add(response)
    this.#heartbeat ??= setInterval(() => this.#beat(), heartbeatMillis).unref()
    response.once('close', () => {
      this.#listeners.delete(response)
      if (this.#listeners.size === 0) this.#rest()
    })
    return true
  }

  /** @param data becomes JSON, which has no line breaks. */
  send(event: string, data: unknown): void {
    if (this.#listeners.size === 0) return
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const response of this.#listeners) {
      if (response.writableLength < maximumUnread) response.write(text)
    }
  }

  close(): void {
    for (const response of this.#listeners) response.end()
    this.#listeners.clear()
    this.#rest()
  }

  #beat(): void {
    for (const response of this.#listeners) response.write(': still here\n\n')
  }

  #rest(): void {
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }
}
