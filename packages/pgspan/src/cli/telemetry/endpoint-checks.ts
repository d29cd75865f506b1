import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { exportNothingOverGrpc } from './grpc-export.js'
import { type OtlpDestination, otlpDestinations, otlpHeaders } from './otlp-destination.js'
import { grpcRefusal, refusal } from './otlp-refusal.js'
import type { TelemetryFinding } from './telemetry-finding.js'

const patienceMillis = 2_000
/** What differs between signals of one endpoint. */
const ofSignal = / to POST \S+| an export of \w+/
const isOfConnection = /^(E[A-Z]+|no answer)$/

/** Asks each endpoint that the environment names to take an export of nothing. */
export async function endpoints(): Promise<readonly TelemetryFinding[]> {
  const findings = (await Promise.all(otlpDestinations().map(examine))).flat()
  // One for an endpoint that takes nothing, whatever the signals that go there.
  const subjects = findings.map(({ check, problem }) => `${check} ${problem.replace(ofSignal, '')}`)
  return findings.filter((_, n) => subjects.indexOf(subjects[n] ?? '') === n)
}

async function examine(destination: OtlpDestination): Promise<readonly TelemetryFinding[]> {
  const { signal, url, protocol, variable = 'OTEL_EXPORTER_OTLP_ENDPOINT' } = destination
  const isGrpc = protocol === 'grpc'
  const address = isGrpc && !url.includes('://') ? `http://${url}` : url
  if (!URL.canParse(address) || !/^https?:/.test(address)) return [notAnAddress(variable)]
  const parsed = new URL(address)
  const answer = await (isGrpc
    ? exportNothingOverGrpc(parsed, signal, patienceMillis)
    : exportNothing(parsed, protocol))
  if (typeof answer === 'number') return (isGrpc ? grpcRefusal : refusal)(destination, answer)
  if (!isOfConnection.test(answer) || answer === 'ECONNRESET') return [otherProtocol(parsed, isGrpc)]
  return [unreachable(parsed, answer, variable)]
}

/** @returns the status of the answer, or what went wrong. */
function exportNothing(url: URL, protocol: string): Promise<number | string> {
  const isJson = protocol === 'http/json'
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const headers = {
      ...otlpHeaders(),
      'Content-Type': isJson ? 'application/json' : 'application/x-protobuf',
    }
    const call = request(
      url,
      { method: 'POST', headers, timeout: patienceMillis, agent: false },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    call.once('timeout', () => {
      resolve('no answer')
      call.destroy()
    })
    call.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    // A message of protocol buffers without fields has no bytes.
    call.end(isJson ? '{}' : '')
  })
}

function unreachable({ host }: URL, failure: string, variable: string): TelemetryFinding {
  return {
    check: 'endpoint_unreachable',
    severity: 'error',
    problem: `Nothing answers where OTLP goes to, ${host} (${failure}).`,
    consequence: 'Spans and metrics are dropped when the exporter gives up.',
    remedy: `Start the collector there, or set ${variable}.`,
  }
}

function notAnAddress(variable: string): TelemetryFinding {
  return {
    check: 'endpoint_invalid',
    severity: 'error',
    problem: `${variable} is no address of HTTP.`,
    consequence: 'The exporter cannot send anything.',
    remedy: `Begin ${variable} with http:// or https://.`,
  }
}

/** Collectors listen for gRPC on 4317 and for HTTP on 4318. */
function otherProtocol({ host }: URL, isGrpc: boolean): TelemetryFinding {
  return {
    check: 'wrong_protocol',
    severity: 'error',
    problem: isGrpc
      ? `What listens on ${host} does not speak gRPC, which OTEL_EXPORTER_OTLP_PROTOCOL asks for.`
      : `What listens on ${host} does not speak HTTP/1, which OTEL_EXPORTER_OTLP_PROTOCOL asks for, or the lack of it.`,
    consequence: 'Nothing of what is sent is taken.',
    remedy: isGrpc
      ? 'If it is a collector’s port for HTTP, usually 4318: use port 4317, or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.'
      : 'If it is a collector’s port for gRPC, usually 4317: use port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc.',
  }
}
