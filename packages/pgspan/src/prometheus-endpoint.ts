import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { diag } from '@opentelemetry/api'
import type { PrometheusAddress } from './exporters.js'

/** The endpoint that Prometheus scrapes. */
export interface PrometheusEndpoint {
  /** Settles with the address once it listens; undefined if it could not. */
  readonly url: Promise<string | undefined>
  close(): void
}

/**
 * Serves `/metrics`. Neither the server nor a scraper's kept-alive connection keeps the process running.
 */
export function startPrometheusEndpoint(
  handler: RequestListener,
  address: PrometheusAddress,
): PrometheusEndpoint {
  const server = createServer((request, response) => serve(handler, request, response))
  server.on('connection', (socket) => socket.unref())
  server.unref()
  const url = listen(server, address)
  return {
    url,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function serve(handler: RequestListener, request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.split('?', 1)[0] === '/metrics') {
    handler(request, response)
    return
  }
  response.statusCode = 404
  response.end('Metrics are at /metrics\n')
}

function listen(server: Server, { host, port }: PrometheusAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      diag.error(explain(error, host, port))
      resolve(undefined)
    })
    server.listen(port, host, () =>
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`),
    )
  })
}

function explain(error: Error, host: string, port: number): string {
  const change = 'Set OTEL_EXPORTER_PROMETHEUS_PORT, or prometheusPort, to a free one.'
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `pgspan: port ${port} on ${host} is in use, so there is no metrics endpoint. ${change}`
  }
  return `pgspan: the metrics endpoint cannot listen on ${host}:${port}: ${error.message}`
}
