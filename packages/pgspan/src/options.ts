import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { DatabaseHeaderOptions } from '@pgspan/http'
import type { Finding, InsightsOptions } from '@pgspan/insights'
import type { PgInstrumentationConfig, SpanRule } from '@pgspan/instrumentation-pg'
import type { PoolCareOptions, ServerFiguresOptions } from '@pgspan/pool-care'
import type { QueryLogOptions } from '@pgspan/slow-query-log'
import { type MetricsEndpointKind, metricsEndpointKinds } from './metrics-endpoint-kind.js'
import type { SdkSpanProcessor } from './sdk-packages.js'

/** Options of {@link startPgspan}; all optional. What is given here wins over environment variables. */
export interface PgspanOptions {
  /** `service.name`. @defaultValue `OTEL_SERVICE_NAME`, as the SDK reads it */
  readonly serviceName?: string
  /**
   * A query whose execution takes this long is slow, in milliseconds; `false` for never.
   *
   * @defaultValue `PGSPAN_SLOW_QUERY_MILLIS`, or 100
   */
  readonly slowQueryMillis?: number | false
  /**
   * Waiting this long for a pooled connection is reported, in milliseconds; `false` for never.
   *
   * @defaultValue `PGSPAN_POOL_WAIT_MILLIS`, or 100
   */
  readonly poolWaitMillis?: number | false
  /**
   * New findings are printed on stderr, each once.
   *
   * @defaultValue `PGSPAN_CONSOLE`, or on unless `NODE_ENV` is `production`
   */
  readonly console?: boolean
  /**
   * Pools that are set up so that they fail in bad times are named on stderr, each once, with the remedy.
   *
   * @defaultValue `PGSPAN_DOCTOR`, or as `console`
   */
  readonly doctor?: boolean
  /** Care for pools: validation, recycling, retries; `{}` for a drain alone. @defaultValue none */
  readonly poolCare?: PoolCareOptions
  /** What the server says of its sessions, over a connection of its own. @defaultValue `PGSPAN_SERVER_FIGURES`, or off */
  readonly serverFigures?: boolean | ServerFiguresOptions
  /**
   * A log of queries: slow and failed ones always, a share of the others. `slowQueryMillis` above holds for it, too.
   *
   * @defaultValue what `PGSPAN_QUERY_LOG` and `PGSPAN_QUERY_LOG_DIRECTORY` ask for, or none
   */
  readonly queryLog?: QueryLogOptions | false
  /** Spans for waiting for a connection. @defaultValue `slow`: failed, or 50 ms and more */
  readonly acquireSpans?: SpanRule
  /** Spans for opening a connection. @defaultValue `slow`: failed, or 50 ms and more */
  readonly connectSpans?: SpanRule
  /** More options of insights, such as `suppressionsFile`. Those above win. */
  readonly insights?: InsightsOptions
  /** More options of the instrumentation of `pg`: hooks, SQL comments, parameters. Those above win. */
  readonly pg?: PgInstrumentationConfig
  /**
   * Who writes what Prometheus scrapes. `pgspan`: names with units, exemplars, also without an SDK. `opentelemetry`: the
   * SDK's Prometheus exporter, whose names have no units.
   *
   * @defaultValue `PGSPAN_METRICS_ENDPOINT`, or `pgspan`
   */
  readonly metricsEndpoint?: MetricsEndpointKind
  /** Where the metrics endpoint listens. @defaultValue `OTEL_EXPORTER_PROMETHEUS_HOST`, or `127.0.0.1` */
  readonly prometheusHost?: string
  /**
   * The metrics endpoint's port; `false` for no endpoint.
   *
   * @defaultValue `OTEL_EXPORTER_PROMETHEUS_PORT`, or 9464
   */
  readonly prometheusPort?: number | false
  /**
   * What each request did to the database, in the headers of its response, such as `Server-Timing`; `false` for none.
   *
   * @defaultValue for everybody, unless `NODE_ENV` is `production`; then for those whom `authorize` lets
   */
  readonly responseHeaders?: DatabaseHeaderOptions | false
  /**
   * The page that shows what requests do, on a port of 127.0.0.1, for whoever has the address that is printed; `true` for
   * a free port.
   *
   * @defaultValue `PGSPAN_INSPECTOR`, or as `console`
   */
  readonly inspector?: boolean | number
  /** More instrumentations, started together with ours. */
  readonly instrumentations?: readonly Instrumentation[]
  /** More span processors, beside those that the environment asks for. */
  readonly spanProcessors?: readonly SdkSpanProcessor[]
  /** Called for every new finding and when it is seen again at 2, 4, 8 … times. What it throws is reported once. */
  readonly onFinding?: (finding: Finding) => void
}

const checks: { [Option in keyof Required<PgspanOptions>]: readonly [(value: unknown) => boolean, string] } =
  {
    serviceName: [isText, 'a non-empty string'],
    slowQueryMillis: [isMillisOrFalse, 'a number of milliseconds above 0, or false'],
    poolWaitMillis: [isMillisOrFalse, 'a number of milliseconds above 0, or false'],
    console: [(value) => typeof value === 'boolean', 'true or false'],
    doctor: [(value) => typeof value === 'boolean', 'true or false'],
    poolCare: [(value) => typeof value === 'object' && value !== null, 'an object of options'],
    serverFigures: [
      (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
      'true, false, or an object of options',
    ],
    queryLog: [
      (value) => value === false || (typeof value === 'object' && value !== null),
      'an object of options, or false',
    ],
    acquireSpans: [isRule, "'always', 'never' or 'slow'"],
    connectSpans: [isRule, "'always', 'never' or 'slow'"],
    insights: [(value) => typeof value === 'object' && value !== null, 'an object of options'],
    pg: [(value) => typeof value === 'object' && value !== null, 'an object of options'],
    metricsEndpoint: [isEndpointKind, metricsEndpointKinds.map((kind) => `'${kind}'`).join(' or ')],
    prometheusHost: [isText, 'a host name or an address'],
    prometheusPort: [isPortOrFalse, 'a port from 1 to 65535, or false'],
    responseHeaders: [
      (value) => value === false || (typeof value === 'object' && value !== null),
      'an object of options, or false',
    ],
    inspector: [
      (value) => typeof value === 'boolean' || isPort(value),
      'true, false or a port from 1 to 65535',
    ],
    instrumentations: [Array.isArray, 'an array of instrumentations'],
    spanProcessors: [Array.isArray, 'an array of span processors'],
    onFinding: [(value) => typeof value === 'function', 'a function'],
  }

/** @throws TypeError that names the first wrong option and says what it may be; values are not repeated. */
export function checkOptions(options: PgspanOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`startPgspan: options must be an object, got ${typeof options}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(`startPgspan: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`)
    }
    const [isRight, expected] = checks[name as keyof PgspanOptions]
    if (value !== undefined && !isRight(value)) {
      throw new TypeError(
        `startPgspan: ${name} must be ${expected}, got ${typeof value === 'number' ? value : typeof value}`,
      )
    }
  }
}

/** The part of the options that insights take; undefined ones are left out. */
export function insightsOptions(
  options: Pick<PgspanOptions, 'slowQueryMillis' | 'poolWaitMillis' | 'insights'>,
): InsightsOptions {
  return {
    ...options.insights,
    ...(options.slowQueryMillis !== undefined && { slowQueryMillis: options.slowQueryMillis }),
    ...(options.poolWaitMillis !== undefined && { poolWaitMillis: options.poolWaitMillis }),
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isMillisOrFalse(value: unknown): boolean {
  return value === false || (typeof value === 'number' && Number.isFinite(value) && value > 0)
}

function isPortOrFalse(value: unknown): boolean {
  return value === false || isPort(value)
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
}

function isEndpointKind(value: unknown): boolean {
  return metricsEndpointKinds.some((kind) => kind === value)
}

function isRule(value: unknown): boolean {
  return value === 'always' || value === 'never' || value === 'slow'
}
