import type { MeterProvider } from '@opentelemetry/api'
import { isLoggerProvider, type LoggerProviderLike } from '@pgspan/lifecycle'
import { Thresholds } from './thresholds.js'
import { type KindOfWork, kindsOfWork } from './units/kind-of-work.js'

/**
 * The thresholds that a `ThresholdOption` asks for. A number for one kind of work leaves the defaults of the others.
 *
 * @param read checks one figure, of the option or of a kind of work.
 */
export function thresholdsOf(
  name: string,
  value: unknown,
  byDefault: number | { readonly [Kind in KindOfWork]?: number },
  read: (name: string, value: unknown) => number = figure,
): Thresholds {
  const asked = typeof value === 'object' && value !== null ? value : undefined
  const unknown = Object.keys(asked ?? {}).find((kind) => !kindsOfWork.some((known) => known === kind))
  if (unknown !== undefined) {
    throw new TypeError(`${name}.${unknown} is no kind of work; known are ${kindsOfWork.join(', ')}`)
  }
  const figureOf = (kind: KindOfWork): number => {
    const given = asked === undefined ? value : (asked as { readonly [Kind in KindOfWork]?: unknown })[kind]
    if (given !== undefined) return read(asked === undefined ? name : `${name}.${kind}`, given)
    return typeof byDefault === 'number' ? byDefault : (byDefault[kind] ?? Number.POSITIVE_INFINITY)
  }
  return new Thresholds({
    http: figureOf('http'),
    job: figureOf('job'),
    trace: figureOf('trace'),
    outside: figureOf('outside'),
  })
}

function figure(name: string, value: unknown): number {
  if (value === false || value === 0) return Number.POSITIVE_INFINITY
  if (typeof value === 'number' && value > 0) return value
  throw new TypeError(`${name} must be a positive number or false, got ${shown(value)}`)
}

/** Milliseconds by summary or fingerprint; infinite for `false`. */
export function millisByStatement(name: string, value: unknown): ReadonlyMap<string, number> {
  if (value === undefined) return new Map()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object of milliseconds by statement, got ${shown(value)}`)
  }
  return new Map(
    Object.entries(value).map(([statement, millis]) => [
      statement,
      figure(`${name}['${statement}']`, millis),
    ]),
  )
}

/** For {@link thresholdsOf}: repetitions, of which one is none. */
export function repetitions(name: string, value: unknown): number {
  return value === false ? Number.POSITIVE_INFINITY : countOf(name, value, 0, 2)
}

export function countOf(name: string, value: unknown, byDefault: number, least: number): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw new TypeError(`${name} must be an integer of at least ${least}, got ${shown(value)}`)
}

export function loggerProviderOf(value: unknown): LoggerProviderLike | undefined {
  if (value === undefined || isLoggerProvider(value)) return value
  throw new TypeError(`loggerProvider must be a LoggerProvider, got ${shown(value)}`)
}

export function meterProviderOf(value: MeterProvider | undefined): MeterProvider | undefined {
  if (value === undefined || typeof value?.getMeter === 'function') return value
  throw new TypeError(`meterProvider must be a MeterProvider, got ${shown(value)}`)
}

export function booleanOf(name: string, value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, got ${shown(value)}`)
}

/** What a wrong value is, without what it says: only numbers are repeated. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || value === null) return String(value)
  return `a value of type ${typeof value}`
}
