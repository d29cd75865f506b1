import type { LogWriter } from './log-writer.js'

/** Options of {@link createQueryLog}; all but `writers` are optional. */
export interface QueryLogOptions {
  /** Where entries go: `toOpenTelemetry()`, `toLogger(…)`, `toStream(…)`, `toFiles(…)`, `toTable(…)`, or one of your own. */
  readonly writers: readonly LogWriter[]
  /**
   * A query whose execution takes this long is always logged, in milliseconds; `false` for none.
   *
   * @defaultValue `100`
   */
  readonly slowQueryMillis?: number | false
  /** The share of the other queries that is logged, from 0 to 1. @defaultValue `0` */
  readonly sampleRate?: number
  /**
   * Tells of each connection that is acquired, given back, opened and closed. A request for a connection that failed is
   * logged in any case.
   *
   * @defaultValue `false`
   */
  readonly poolEvents?: boolean
  /** More entries than this in a second are not made; they are counted, and told of. @defaultValue `1000` */
  readonly maximumPerSecond?: number
}

/** {@link QueryLogOptions} with defaults; what is never slow has an infinite threshold. */
export interface QueryLogSettings {
  readonly writers: readonly LogWriter[]
  readonly slowQueryMillis: number
  readonly sampleRate: number
  readonly poolEvents: boolean
  readonly maximumPerSecond: number
}

type Check = readonly [isRight: (value: unknown) => boolean, expected: string]

const isPositive = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value > 0

const checks: Readonly<Record<keyof QueryLogOptions, Check>> = {
  writers: [isWriters, 'an array of writers, such as toFiles(…)'],
  slowQueryMillis: [
    (value) => value === false || isPositive(value),
    'a number of milliseconds above 0, or false',
  ],
  sampleRate: [(value) => typeof value === 'number' && value >= 0 && value <= 1, 'a number from 0 to 1'],
  poolEvents: [(value) => typeof value === 'boolean', 'true or false'],
  maximumPerSecond: [isPositive, 'a number above 0'],
}

/** @throws TypeError that names the option that is wrong or unknown. */
export function resolveQueryLogOptions(options: QueryLogOptions): QueryLogSettings {
  checkNamed('createQueryLog', options, checks)
  if (options.writers === undefined)
    throw new TypeError(`createQueryLog: writers must be ${checks.writers[1]}`)
  const { slowQueryMillis = 100 } = options
  return {
    writers: options.writers,
    slowQueryMillis: slowQueryMillis === false ? Number.POSITIVE_INFINITY : slowQueryMillis,
    sampleRate: options.sampleRate ?? 0,
    poolEvents: options.poolEvents ?? false,
    maximumPerSecond: options.maximumPerSecond ?? 1_000,
  }
}

/** @throws TypeError that names the first option of `owner` that is wrong or unknown; only numbers are repeated. */
export function checkNamed(owner: string, options: object, known: Readonly<Record<string, Check>>): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${owner}: options must be an object, got ${typeof options}`)
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined
    if (check === undefined)
      throw new TypeError(`${owner}: unknown option ${name}; known are ${Object.keys(known).join(', ')}`)
    if (value === undefined || check[0](value)) continue
    const got = typeof value === 'number' ? value : typeof value
    throw new TypeError(`${owner}: ${name} must be ${check[1]}, got ${got}`)
  }
}

/** A whole number above 0. */
export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && isPositive(value)
}

function isWriters(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isWriter)
}

function isWriter(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function'
}
