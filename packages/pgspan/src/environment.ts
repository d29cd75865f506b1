import { diag } from '@opentelemetry/api'
import { nearest } from './edit-distance.js'
import { type MetricsEndpointKind, metricsEndpointKinds } from './metrics-endpoint-kind.js'
import { type LogDestination, logDestinations } from './query-log.js'

/** Settings that environment variables give, checked. */
export interface EnvironmentSettings {
  readonly disabled: boolean
  readonly slowQueryMillis: number | false | undefined
  readonly poolWaitMillis: number | false | undefined
  readonly console: boolean | undefined
  readonly doctor: boolean | undefined
  readonly serverFigures: boolean | undefined
  readonly suppressionsFile: string | undefined
  readonly inspector: boolean | number | undefined
  readonly metricsEndpoint: MetricsEndpointKind | undefined
  readonly queryLog: {
    readonly destinations: readonly LogDestination[]
    /** Of files. */
    readonly directory: string | undefined
    readonly sampleRate: number | undefined
    readonly poolEvents: boolean | undefined
  }
}

type Reader<Value> = (value: string) => Value | undefined

const booleans: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  on: true,
  '0': false,
  false: false,
  off: false,
}

const readBoolean: Reader<boolean> = (value) => booleans[value.toLowerCase()]
const readMillis: Reader<number | false> = (value) => {
  if (booleans[value.toLowerCase()] === false) return false
  const millis = Number(value)
  return Number.isFinite(millis) && millis > 0 ? millis : undefined
}
const readShare: Reader<number> = (value) => {
  const share = Number(value)
  return share >= 0 && share <= 1 ? share : undefined
}
const readDestinations: Reader<LogDestination[]> = (value) => {
  const names = value.split(',').map((name) => name.trim().toLowerCase())
  const known = logDestinations.filter((destination) => names.includes(destination))
  return known.length === names.length ? known : undefined
}

const readPageSwitch: Reader<boolean | number> = (value) => {
  const port = Number(value)
  return Number.isInteger(port) && port > 1 && port < 65_536 ? port : readBoolean(value)
}

const readEndpointKind: Reader<MetricsEndpointKind> = (value) =>
  metricsEndpointKinds.find((kind) => kind === value.toLowerCase())

const variables = [
  'PGSPAN_DISABLED',
  'PGSPAN_SLOW_QUERY_MILLIS',
  'PGSPAN_POOL_WAIT_MILLIS',
  'PGSPAN_CONSOLE',
  'PGSPAN_DOCTOR',
  'PGSPAN_SERVER_FIGURES',
  'PGSPAN_SUPPRESSIONS_FILE',
  'PGSPAN_INSPECTOR',
  'PGSPAN_METRICS_ENDPOINT',
  'PGSPAN_QUERY_LOG',
  'PGSPAN_QUERY_LOG_DIRECTORY',
  'PGSPAN_QUERY_LOG_SAMPLE_RATE',
  'PGSPAN_QUERY_LOG_POOL_EVENTS',
] as const
type Variable = (typeof variables)[number]

/** Variables that other parts of pgspan read: not settings, but not mistakes either. */
const otherVariables: readonly string[] = [
  'PGSPAN_TRY_REPORTS',
  'PGSPAN_TRY_PORT',
  'PGSPAN_DOCTOR_REPORTS',
  'PGSPAN_DOCTOR_INSTANCES',
  'PGSPAN_REQUIRE_PROGRAMS',
  'PGSPAN_CORPORA',
  'PGSPAN_UPDATE_BASELINE',
]

/**
 * Reads the `PGSPAN_*` variables. A wrong value never stops a service: one line names the variable, and its default
 * holds. A name that does not exist gets one line with the nearest that does.
 */
export function readEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  warn: (message: string) => void = (message) => diag.warn(message),
): EnvironmentSettings {
  const read = <Value>(name: Variable, reader: Reader<Value>, expected: string): Value | undefined => {
    const value = environment[name]
    if (value === undefined || value === '') return undefined
    const result = reader(value)
    if (result === undefined) warn(`pgspan: ${name} must be ${expected}; its default holds`)
    return result
  }
  for (const name of Object.keys(environment)) warnOfUnknown(name, warn)
  return {
    disabled: read('PGSPAN_DISABLED', readBoolean, '1 or 0') ?? false,
    slowQueryMillis: read('PGSPAN_SLOW_QUERY_MILLIS', readMillis, 'a number of milliseconds above 0, or off'),
    poolWaitMillis: read('PGSPAN_POOL_WAIT_MILLIS', readMillis, 'a number of milliseconds above 0, or off'),
    console: read('PGSPAN_CONSOLE', readBoolean, '1 or 0'),
    doctor: read('PGSPAN_DOCTOR', readBoolean, '1 or 0'),
    serverFigures: read('PGSPAN_SERVER_FIGURES', readBoolean, '1 or 0'),
    suppressionsFile: read('PGSPAN_SUPPRESSIONS_FILE', (path) => path, 'the path of a file'),
    inspector: read('PGSPAN_INSPECTOR', readPageSwitch, '1, 0 or a port'),
    metricsEndpoint: read('PGSPAN_METRICS_ENDPOINT', readEndpointKind, metricsEndpointKinds.join(' or ')),
    queryLog: {
      destinations:
        read('PGSPAN_QUERY_LOG', readDestinations, `some of ${logDestinations.join(', ')}, with commas`) ??
        [],
      directory: read('PGSPAN_QUERY_LOG_DIRECTORY', (path) => path, 'the path of a directory'),
      sampleRate: read('PGSPAN_QUERY_LOG_SAMPLE_RATE', readShare, 'a number from 0 to 1'),
      poolEvents: read('PGSPAN_QUERY_LOG_POOL_EVENTS', readBoolean, '1 or 0'),
    },
  }
}

function warnOfUnknown(name: string, warn: (message: string) => void): void {
  if (!name.startsWith('PGSPAN_') || otherVariables.includes(name)) return
  const known: readonly string[] = variables
  if (known.includes(name)) return
  warn(`pgspan: ${name} is not a setting; the nearest is ${nearest(name, known).name}`)
}
