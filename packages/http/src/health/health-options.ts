/** Options of {@link createHealth}; all optional. */
export interface HealthOptions {
  /**
   * The names of the pools that the service cannot do without, as on its metrics. One that has ended, or was never
   * seen, fails.
   *
   * @defaultValue every pool that is open; if all have ended, that fails
   */
  readonly pools?: readonly string[]
  /**
   * A query that succeeded at most this long ago is proof enough, and so is a probe, in milliseconds.
   *
   * @defaultValue `5000`
   */
  readonly freshMillis?: number
  /** A probe that takes longer has failed, in milliseconds. @defaultValue `1000` */
  readonly probeTimeoutMillis?: number
  /** So many probes in a row must say the same before the answer changes. @defaultValue `2` */
  readonly probesToChange?: number
  /**
   * What it means that all connections are in use and requests wait for them: other instances may be no better off, so
   * taking this one out of service rarely helps.
   *
   * @defaultValue `warn`, which is answered with 200
   */
  readonly saturation?: 'warn' | 'fail'
  /** @defaultValue `/livez` */
  readonly livePath?: string
  /** @defaultValue `/readyz` */
  readonly readyPath?: string
  /** @defaultValue `/healthz` */
  readonly healthPath?: string
}

/** {@link HealthOptions} with defaults. */
export type HealthSettings = Required<Omit<HealthOptions, 'pools'>> & Pick<HealthOptions, 'pools'>

type Check = readonly [isRight: (value: unknown) => boolean, expected: string]

const names: Check = [
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== ''),
  'a list of names of pools',
]
const duration: Check = [
  (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
  'a number of milliseconds above 0',
]
const count: Check = [
  (value) => typeof value === 'number' && Number.isInteger(value) && value > 0,
  'an integer above 0',
]
const path: Check = [
  (value) => typeof value === 'string' && value.startsWith('/'),
  'a path that begins with /',
]

const checks: Readonly<Record<keyof HealthOptions, Check>> = {
  pools: names,
  freshMillis: duration,
  probeTimeoutMillis: duration,
  probesToChange: count,
  saturation: [(value) => value === 'warn' || value === 'fail', "'warn' or 'fail'"],
  livePath: path,
  readyPath: path,
  healthPath: path,
}

/** @throws TypeError that names the option that is wrong or unknown. */
export function resolveHealthOptions(options: HealthOptions): HealthSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`createHealth: options must be an object, got ${typeof options}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(`createHealth: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`)
    }
    // The name is one of its own.
    const [isRight, expected] = checks[name as keyof HealthOptions]
    if (value !== undefined && !isRight(value))
      throw new TypeError(`createHealth: ${name} must be ${expected}, got ${typeof value}`)
  }
  const { pools, ...given } = options
  return {
    freshMillis: given.freshMillis ?? 5_000,
    probeTimeoutMillis: given.probeTimeoutMillis ?? 1_000,
    probesToChange: given.probesToChange ?? 2,
    saturation: given.saturation ?? 'warn',
    livePath: given.livePath ?? '/livez',
    readyPath: given.readyPath ?? '/readyz',
    healthPath: given.healthPath ?? '/healthz',
    ...(pools !== undefined && { pools }),
  }
}
