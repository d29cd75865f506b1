import type { MeterProvider } from '@opentelemetry/api'
import { checkOptions, countAboveZero, millisAboveZero, type OptionCheck } from './checked-options.js'

/** Options of {@link startPoolCare}. Everything is off unless it is asked for. */
export interface PoolCareOptions {
  /** Names of the pools to care for, as on metrics. @defaultValue all pools of pg-pool's shape */
  readonly pools?: readonly string[]
  /**
   * Idle connections that nobody has used for this long are asked whether they still work, again and again, in
   * milliseconds. Does not make them younger: they expire as they would. @defaultValue never
   */
  readonly validateEveryMillis?: number
  /**
   * A connection that was idle for longer is asked before a caller gets it, in milliseconds. Costs that caller one
   * round trip. @defaultValue never
   */
  readonly validateIdleLongerThanMillis?: number
  /** How long a connection may take to answer. @defaultValue 1000 */
  readonly validationTimeoutMillis?: number
  /** Connections are replaced at this age, when nobody holds them, in milliseconds. @defaultValue never */
  readonly maxLifetimeMillis?: number
  /** Connections are replaced up to this share of their lifetime earlier, so that not all go at once. @defaultValue 0.1 */
  readonly lifetimeJitter?: number
  /**
   * How often opening a connection is tried again for a caller who waits, with growing pauses, within the pool's
   * `connectionTimeoutMillis`. Only for errors that pass: refused, reset, the server starting or full.
   * @defaultValue 0
   */
  readonly openingRetries?: number
  /** Instead of the global one. */
  readonly meterProvider?: MeterProvider
}

const checks: { [Option in keyof Required<PoolCareOptions>]: OptionCheck } = {
  pools: [
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'),
    'a list of names',
  ],
  validateEveryMillis: millisAboveZero,
  validateIdleLongerThanMillis: [
    (value) => typeof value === 'number' && value >= 0,
    'a number of milliseconds from 0',
  ],
  validationTimeoutMillis: millisAboveZero,
  maxLifetimeMillis: millisAboveZero,
  lifetimeJitter: [
    (value) => typeof value === 'number' && value >= 0 && value < 1,
    'a number from 0 to below 1',
  ],
  openingRetries: countAboveZero,
  meterProvider: [
    (value) => typeof (value as Partial<MeterProvider> | null)?.getMeter === 'function',
    'a meter provider',
  ],
}

/** @throws TypeError for wrong options, and for such as contradict each other. */
export function checkPoolCareOptions(options: PoolCareOptions): void {
  checkOptions('startPoolCare', options, checks)
  const { validateEveryMillis, validationTimeoutMillis = 1_000, maxLifetimeMillis, lifetimeJitter } = options
  if (
    validateEveryMillis !== undefined &&
    maxLifetimeMillis !== undefined &&
    validateEveryMillis >= maxLifetimeMillis
  )
    throw new TypeError(
      'startPoolCare: validateEveryMillis must be below maxLifetimeMillis: no connection would grow old enough to be asked',
    )
  if (validateEveryMillis !== undefined && validationTimeoutMillis > validateEveryMillis)
    throw new TypeError(
      'startPoolCare: validationTimeoutMillis must not be above validateEveryMillis: one round would not end before the next',
    )
  if (lifetimeJitter !== undefined && maxLifetimeMillis === undefined)
    throw new TypeError('startPoolCare: lifetimeJitter does nothing without maxLifetimeMillis')
}
