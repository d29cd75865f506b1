import { connect } from 'node:net'
import { join } from 'node:path'
import type { Diagnosis } from '@pgspan/pool-care'
import { installedVersion } from '../installed-version.js'
import { describeMissingSdk } from '../missing-sdk.js'
import { loadOptionalPackage } from '../optional-package.js'

type Finding = Omit<Diagnosis, 'subject'>
type Check = () => Finding | undefined | Promise<Finding | undefined>

const reachMillis = 2_000
/** As seen from the folder of the application. */
const application = join(process.cwd(), 'package.json')

/** Why nothing may arrive, as far as this folder and its environment tell. Each is one function. */
const checks: readonly Check[] = [
  switchedOff,
  withoutSdk,
  olderApi,
  unsupportedDriver,
  unreachableEndpoint,
  wrongProtocol,
]

export async function checkTelemetry(): Promise<readonly Diagnosis[]> {
  const found = await Promise.all(checks.map((check) => check()))
  return found.flatMap((finding) => (finding ? [{ ...finding, subject: 'telemetry' }] : []))
}

/** Values that leave nothing, or no spans. */
const offSwitches: Readonly<Record<string, readonly string[]>> = {
  PGSPAN_DISABLED: ['1', 'true', 'on'],
  OTEL_SDK_DISABLED: ['true'],
  OTEL_TRACES_SAMPLER: ['always_off', 'parentbased_always_off'],
  OTEL_TRACES_EXPORTER: ['none'],
}

function switchedOff(): Finding | undefined {
  const set = Object.entries(offSwitches).filter(([name, values]) =>
    values.includes(process.env[name]?.toLowerCase() ?? ''),
  )
  if (set.length === 0) return undefined
  const names = set.map(([name]) => `${name}=${process.env[name]}`).join(', ')
  return {
    check: 'switched_off',
    severity: 'warning',
    problem: `The environment switches telemetry off: ${names}.`,
    consequence: 'No spans arrive, or nothing at all.',
    remedy: `Unset ${set.map(([name]) => name).join(', ')}.`,
  }
}

function withoutSdk(): Finding | undefined {
  if (loadOptionalPackage('@opentelemetry/sdk-node/package.json')) return undefined
  return {
    check: 'no_sdk',
    severity: 'warning',
    problem: 'OpenTelemetry’s SDK is not installed here.',
    consequence: 'Findings are made and printed, but spans and metrics go nowhere.',
    remedy: describeMissingSdk().replace(/^.*(?=npm install)/, ''),
  }
}

/** What registers with an older api is not seen by what calls a newer one. */
function olderApi(): Finding | undefined {
  const own = installedVersion('@opentelemetry/api', __filename)
  const applications = installedVersion('@opentelemetry/api', application)
  if (own === undefined || applications === undefined || minorOf(own) <= minorOf(applications))
    return undefined
  return {
    check: 'older_api',
    severity: 'error',
    problem: `This folder has @opentelemetry/api ${applications}, and pgspan uses ${own}.`,
    consequence:
      'An SDK that the application starts is not seen by pgspan: its spans and metrics go nowhere, silently.',
    remedy: `npm install @opentelemetry/api@${own}`,
  }
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

function unsupportedDriver(): Finding | undefined {
  const version = installedVersion('pg', application)
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (version === undefined || (major === 8 && minor >= 11)) return undefined
  return {
    check: 'unsupported_driver',
    severity: 'error',
    problem: `pg ${version} is installed here; 8.11 or newer, before 9, is supported.`,
    consequence: 'Its queries and pools are not seen.',
    remedy: 'npm install pg@8',
  }
}

/** Where OTLP goes to, if the environment says so. */
function endpointOf(): URL | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT } = process.env
  const text = OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || OTEL_EXPORTER_OTLP_ENDPOINT
  return text && URL.canParse(text) ? new URL(text) : undefined
}

async function unreachableEndpoint(): Promise<Finding | undefined> {
  const endpoint = endpointOf()
  if (endpoint === undefined) return undefined
  const port = Number(endpoint.port) || (endpoint.protocol === 'https:' ? 443 : 80)
  const failure = await reach(endpoint.hostname.replace(/^\[|\]$/g, ''), port)
  if (failure === undefined) return undefined
  return {
    check: 'endpoint_unreachable',
    severity: 'error',
    problem: `Nothing answers where OTLP goes to, ${endpoint.hostname}:${port} (${failure}).`,
    consequence: 'Spans and metrics are dropped when the exporter gives up.',
    remedy: 'Start the collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT.',
  }
}

/** Collectors listen for gRPC on 4317 and for HTTP on 4318. */
function wrongProtocol(): Finding | undefined {
  const port = endpointOf()?.port
  const protocol = process.env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || process.env.OTEL_EXPORTER_OTLP_PROTOCOL
  const isGrpc = protocol === 'grpc'
  if ((port !== '4317' || isGrpc) && (port !== '4318' || !isGrpc)) return undefined
  return {
    check: 'wrong_protocol',
    severity: 'warning',
    problem: `Port ${port} is usually for ${isGrpc ? 'HTTP' : 'gRPC'}, and OTEL_EXPORTER_OTLP_PROTOCOL says ${protocol || 'http/protobuf, by default'}.`,
    consequence: 'The collector refuses what it gets.',
    remedy: isGrpc
      ? 'Use port 4317, or http/protobuf.'
      : 'Use port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc.',
  }
}

function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: reachMillis })
    const settle = (failure: string | undefined): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.once('connect', () => settle(undefined))
    socket.once('timeout', () => settle('no answer'))
    socket.once('error', (error) => settle('code' in error ? String(error.code) : 'failed'))
  })
}
