import type { Attributes, Context } from '@opentelemetry/api'

/** The part of OpenTelemetry's logs API that is used; its providers fit. */
export interface LoggerProviderLike {
  getLogger(name: string, version?: string): LoggerLike
}

export interface LoggerLike {
  emit(record: EventRecord): void
  /** Older versions have no such method; their loggers are taken to be enabled. */
  enabled?(options: { context: Context; severityNumber: number; eventName: string }): boolean
}

/** A log record that is an event. */
export interface EventRecord {
  readonly eventName: string
  readonly severityNumber: number
  readonly severityText: string
  readonly body?: string
  /** Milliseconds since 1970; by default the SDK takes the time of the call. */
  readonly timestamp?: number
  readonly attributes: Attributes
  readonly context: Context
}

/** Where `@opentelemetry/api-logs` keeps a function that gives the provider, and what to call it with. */
const logsKey: unique symbol = Symbol.for('io.opentelemetry.js.api.logs')
const handshakeVersion = 1
/** Where `@opentelemetry/api` keeps its own globals; from 1.10 on, the provider of logs is one of them. */
const apiKey: unique symbol = Symbol.for('opentelemetry.js.api.1')

/** What other packages keep there; checked before it is used. */
interface OpenTelemetryGlobals {
  readonly [logsKey]?: unknown
  readonly [apiKey]?: { readonly logs?: unknown }
}

/**
 * The logger provider that the SDK has registered, of OpenTelemetry 2.x or 3.x; undefined if there is none.
 *
 * Read from where the API keeps it, so that nothing depends on an API that not all applications have.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/experimental/packages/api-logs/src/internal/global-utils.ts
 */
export function globalLoggerProvider(): LoggerProviderLike | undefined {
  const globals = globalThis as OpenTelemetryGlobals
  const getter = globals[logsKey]
  const provider: unknown = typeof getter === 'function' ? getter(handshakeVersion) : globals[apiKey]?.logs
  return isLoggerProvider(provider) ? provider : undefined
}

export function isLoggerProvider(value: unknown): value is LoggerProviderLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    'getLogger' in value &&
    typeof value.getLogger === 'function'
  )
}
