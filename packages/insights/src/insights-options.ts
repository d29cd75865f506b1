import type { MeterProvider } from '@opentelemetry/api'
import { isLoggerProvider, type LoggerProviderLike } from '@pgspan/lifecycle'
import { nearestName } from './nearest-name.js'
import type { Suppression } from './suppression/suppression.js'
import { readSuppressions } from './suppression/suppressions-file.js'

/** Options of {@link createInsights} and {@link InsightsSpanProcessor}; all optional. */
export interface InsightsOptions {
  /**
   * A query whose execution by the server takes this long is slow, in milliseconds; `false` or 0 for never.
   *
   * @defaultValue `100`
   */
  readonly slowQueryMillis?: number | false
  /**
   * Waiting this long for a pooled connection is reported, in milliseconds, and so is giving up; `false` or 0 for
   * never.
   *
   * @defaultValue `100`
   */
  readonly poolWaitMillis?: number | false
  /**
   * How many different values a repeated statement must be asked for to be an N+1, or how many executions of it there
   * must be where values are not known.
   *
   * @defaultValue `5`
   */
  readonly nPlusOneThreshold?: number
  /**
   * The path of a JSON file that says which findings are not to be reported, why, and until when. Read once, at the
   * start; an entry that has expired, or that matched nothing until the end, is said so once.
   */
  readonly suppressionsFile?: string
  /**
   * How many units of work that have ended are kept for {@link Insights.recentUnits}, with at most 200 queries each and
   * 8 MB in all; 0 for none.
   *
   * @defaultValue `1000`
   */
  readonly recentUnits?: number
  /** Where the event `pgspan.finding` goes. @defaultValue the global logger provider */
  readonly loggerProvider?: LoggerProviderLike
  /** Where findings are counted. @defaultValue the global meter provider */
  readonly meterProvider?: MeterProvider
  /** Prints every new finding on stderr, once. @defaultValue `false` */
  readonly console?: boolean
}

/** {@link InsightsOptions} with defaults; what is off is undefined. */
export interface InsightsSettings {
  readonly slowQueryMillis: number | undefined
  readonly poolWaitMillis: number | undefined
  readonly nPlusOneThreshold: number
  readonly suppressions: readonly Suppression[]
  readonly recentUnits: number
  readonly loggerProvider: LoggerProviderLike | undefined
  readonly meterProvider: MeterProvider | undefined
  readonly console: boolean
}

const names: readonly (keyof InsightsOptions)[] = [
  'slowQueryMillis',
  'poolWaitMillis',
  'nPlusOneThreshold',
  'suppressionsFile',
  'recentUnits',
  'loggerProvider',
  'meterProvider',
  'console',
]
const leastThreshold = 2

/** @throws TypeError that names the option that is wrong or unknown; values are repeated only if they are numbers. */
export function resolveOptions(options: InsightsOptions): InsightsSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Insights options must be an object, got ${shown(options)}`)
  }
  for (const key of Object.keys(options)) {
    if (names.some((name) => name === key)) continue
    const nearest = nearestName(key, names)
    throw new TypeError(
      nearest === undefined
        ? `${key} is no option of insights; known are ${names.join(', ')}`
        : `${key} is no option of insights; did you mean ${nearest}?`,
    )
  }
  return {
    slowQueryMillis: millisOf('slowQueryMillis', options.slowQueryMillis, 100),
    poolWaitMillis: millisOf('poolWaitMillis', options.poolWaitMillis, 100),
    nPlusOneThreshold: thresholdOf(options.nPlusOneThreshold),
    suppressions: suppressionsOf(options.suppressionsFile),
    recentUnits: recentUnitsOf(options.recentUnits),
    loggerProvider: loggerProviderOf(options.loggerProvider),
    meterProvider: meterProviderOf(options.meterProvider),
    console: consoleOf(options.console),
  }
}

function millisOf(name: string, value: unknown, byDefault: number): number | undefined {
  if (value === undefined) return byDefault
  if (value === false || value === 0) return undefined
  if (typeof value === 'number' && value > 0) return value
  throw new TypeError(`${name} must be a positive number or false, got ${shown(value)}`)
}

function thresholdOf(value: unknown): number {
  if (value === undefined) return 5
  if (typeof value === 'number' && Number.isInteger(value) && value >= leastThreshold) return value
  throw new TypeError(
    `nPlusOneThreshold must be an integer of at least ${leastThreshold}, got ${shown(value)}`,
  )
}

function suppressionsOf(path: unknown): readonly Suppression[] {
  if (path === undefined) return []
  if (typeof path === 'string' && path !== '') return readSuppressions(path)
  throw new TypeError(`suppressionsFile must be the path of a file, got ${shown(path)}`)
}

function recentUnitsOf(value: unknown): number {
  if (value === undefined) return 1_000
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new TypeError(`recentUnits must be an integer of at least 0, got ${shown(value)}`)
}

function loggerProviderOf(value: unknown): LoggerProviderLike | undefined {
  if (value === undefined || isLoggerProvider(value)) return value
  throw new TypeError(`loggerProvider must be a LoggerProvider, got ${shown(value)}`)
}

function meterProviderOf(value: MeterProvider | undefined): MeterProvider | undefined {
  if (value === undefined || typeof value?.getMeter === 'function') return value
  throw new TypeError(`meterProvider must be a MeterProvider, got ${shown(value)}`)
}

function consoleOf(value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw new TypeError(`console must be true or false, got ${shown(value)}`)
}

function shown(value: unknown): string {
  if (typeof value === 'number' || value === null) return String(value)
  return `a value of type ${typeof value}`
}
