import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { startTrace } from '../support/start-trace.js'
import type { Variant } from './variant.js'

/** Makes units of work in the way of the variant. */
export class Units {
  readonly #way: Variant['unit']
  readonly #works: Map<string, () => Promise<void>> = new Map()
  #server: Server | undefined = undefined

  constructor(way: Variant['unit']) {
    this.#way = way
  }

  /** Runs `work` as one request or job of this name; what it throws is thrown. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#way === 'job') return runInUnitOfWork(name, work)
    if (this.#way === 'trace') return startTrace(name, work)
    return this.#request(name, work)
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    this.#server?.close()
  }

  async #request<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#server ??= await this.#listen()
    const server = this.#server
    const { port } = server.address() as AddressInfo
    const path = `/${encodeURIComponent(name)}?${this.#works.size}-${Math.random()}`
    let result: { readonly value: Result } | undefined
    let failure: { readonly error: unknown } | undefined
    this.#works.set(path, async () => {
      try {
        result = { value: await work() }
      } catch (error) {
        failure = { error }
      }
    })
    const sent = request({ port, path, agent: false }).end()
    const [response] = await once(sent, 'response')
    response.resume()
    await once(response, 'close')
    this.#works.delete(path)
    if (failure !== undefined) throw failure.error
    return (result as { readonly value: Result }).value
  }

  async #listen(): Promise<Server> {
    const server = createServer(async (message, response) => {
      await this.#works.get(message.url ?? '')?.()
      response.end()
    })
    server.listen(0, '127.0.0.1').unref()
    await once(server, 'listening')
    return server
  }
}
