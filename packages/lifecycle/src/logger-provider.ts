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

const globalKey: unique symbol = Symbol.for('io.opentelemetry.js.api.logs')
/** The version of the handshake that `@opentelemetry/api-logs` has used since its first release. */
const handshakeVersion = 1

/**
 * The logger provider that the SDK has registered; undefined if there is none.
 *
 * Read from where `@opentelemetry/api-logs` keeps it, so that nothing depends on that one.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/experimental/packages/api-logs/src/internal/global-utils.ts
 */
export function globalLoggerProvider(): LoggerProviderLike | undefined {
  // What another package keeps there; checked before it is used.
  const getter = (globalThis as { [globalKey]?: unknown })[globalKey]
  const provider: unknown = typeof getter === 'function' ? getter(handshakeVersion) : undefined
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
