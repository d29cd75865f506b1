import type { OtlpDestination } from './otlp-destination.js'
import type { TelemetryFinding } from './telemetry-finding.js'

const headersRemedy = 'Set what it asks for in OTEL_EXPORTER_OTLP_HEADERS.'
const loadRemedy = 'It cannot take anything now: see what it logs.'

/** What an answer of an OTLP endpoint means; nothing for one that took the export. */
export function refusal(
  { url, protocol, variable }: Omit<OtlpDestination, 'signal'>,
  status: number,
): readonly TelemetryFinding[] {
  const remedy = remedyFor(status, url, protocol, variable ?? 'OTEL_EXPORTER_OTLP_ENDPOINT')
  if (remedy === undefined) return []
  const { host, pathname } = new URL(url)
  return [
    {
      check: 'endpoint_refuses',
      severity: 'error',
      problem: `What listens on ${host} answers ${status} to POST ${pathname}.`,
      consequence: 'Nothing of what is sent there is kept.',
      remedy,
    },
  ]
}

function remedyFor(status: number, url: string, protocol: string, variable: string): string | undefined {
  if (status === 401 || status === 403) return headersRemedy
  if (status === 415) {
    const other = protocol === 'http/json' ? 'http/protobuf' : 'http/json'
    return `It does not take ${protocol}: set OTEL_EXPORTER_OTLP_PROTOCOL=${other}.`
  }
  if (status === 404 || status === 405) return remedyForPath(new URL(url).pathname, variable)
  return status >= 500 ? loadRemedy : undefined
}

function remedyForPath(path: string, variable: string): string {
  const signal = /\/v1\/(traces|metrics|logs)$/.exec(path)?.[1]
  if (signal === undefined)
    return `${variable} is used as it is: end it with /v1/traces, /v1/metrics or /v1/logs, or set OTEL_EXPORTER_OTLP_ENDPOINT instead.`
  const whole = `set ${variable} to where the paths of an OTLP receiver begin`
  if (signal === 'traces') return `If that is the right port, ${whole}.`
  return `If it takes traces alone, as Jaeger does, set OTEL_${signal.toUpperCase()}_EXPORTER=none; else ${whole}.`
}

/**
 * What the status of an answer over gRPC means; nothing for one that took the export.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
export function grpcRefusal({ url, signal }: OtlpDestination, status: number): readonly TelemetryFinding[] {
  const remedies: Readonly<Record<number, string>> = {
    7: headersRemedy,
    12: `If it takes no ${signal}, set OTEL_${signal.toUpperCase()}_EXPORTER=none; else it is no OTLP receiver: set OTEL_EXPORTER_OTLP_ENDPOINT.`,
    14: loadRemedy,
    16: headersRemedy,
  }
  const remedy = remedies[status]
  if (remedy === undefined) return []
  return [
    {
      check: 'endpoint_refuses',
      severity: 'error',
      problem: `What listens on ${url.replace(/^.*:\/\//, '')} answers an export of ${signal} with status ${status} of gRPC.`,
      consequence: 'Nothing of what is sent there is kept.',
      remedy,
    },
  ]
}
