import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { refusal } from './otlp-refusal.js'
import type { TelemetryFinding } from './telemetry-finding.js'

/** What Node says of a request that this process makes. */
interface RequestEvent {
  readonly request: ClientRequest
  readonly response?: IncomingMessage
  readonly error?: Error
}

/**
 * Tells of exports over OTLP and HTTP that fail while an application runs, whoever set up their exporter.
 *
 * @see https://nodejs.org/docs/latest-v22.x/api/diagnostics_channel.html#http
 */
export function watchOtlpRequests(onFailure: (finding: TelemetryFinding) => void): void {
  const told = new Set<string>()
  const tell = (finding: TelemetryFinding): void => {
    if (told.has(finding.problem)) return
    told.add(finding.problem)
    onFailure(finding)
  }
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as RequestEvent
    if (!isOtlp(request) || response?.statusCode === undefined) return
    const protocol = String(request.getHeader('content-type')).includes('json')
      ? 'http/json'
      : 'http/protobuf'
    const destination = { url: urlOf(request), protocol, variable: 'the exporter’s url' }
    for (const finding of refusal(destination, response.statusCode)) tell(finding)
  })
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as RequestEvent
    if (isOtlp(request)) tell(unreachable(request, error))
  })
}

function isOtlp(request: ClientRequest): boolean {
  const isExporter = /OTLP/.test(String(request.getHeader('user-agent')))
  return request.method === 'POST' && (isExporter || /\/v1\/(traces|metrics|logs)$/.test(request.path))
}

function urlOf(request: ClientRequest): string {
  return `${request.protocol}//${request.getHeader('host') ?? request.host}${request.path}`
}

function unreachable(request: ClientRequest, error: Error | undefined): TelemetryFinding {
  const failure = error !== undefined && 'code' in error ? String(error.code) : 'it failed'
  return {
    check: 'endpoint_unreachable',
    severity: 'error',
    problem: `Nothing answers where OTLP goes to, ${request.getHeader('host') ?? request.host} (${failure}).`,
    consequence: 'Spans and metrics are dropped when the exporter gives up.',
    remedy: 'Start the collector there, or give the exporter another url.',
  }
}
