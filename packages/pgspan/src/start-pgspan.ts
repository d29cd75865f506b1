import type { IncomingMessage } from 'node:http'
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { sendDatabaseHeaders } from '@pgspan/http'
import { createConsoleSink, createInsights, type Insights, InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { processState } from '@pgspan/lifecycle'
import type { QueryLog } from '@pgspan/slow-query-log'
import { startDevelopmentPage } from './development-page.js'
import { type EnvironmentSettings, readEnvironment } from './environment.js'
import { describeMissingSdk } from './missing-sdk.js'
import { loadOptionalPackage } from './optional-package.js'
import { checkOptions, insightsOptions, type PgspanOptions } from './options.js'
import { type PoolParts, startPoolParts } from './pool-parts.js'
import { makeQueryLog } from './query-log.js'
import { prometheusAddress, startSdk } from './sdk.js'
import { startMetrics } from './start-metrics.js'

/** What {@link startPgspan} started. */
export interface Pgspan extends Omit<PoolParts, 'close'> {
  /** Findings and statistics of this process; undefined if pgspan is disabled. */
  readonly insights: Insights | undefined
  /** The query log, if one was asked for. */
  readonly queryLog: QueryLog | undefined
  /** Settles with the address of the metrics endpoint once it listens; undefined if there is none. */
  readonly metricsUrl: Promise<string | undefined>
  /** Settles with the address of the page, half a second after the start; undefined if there is none. */
  readonly inspectorUrl: Promise<string | undefined>
  /** Exports what is left and stops everything. */
  shutdown(): Promise<void>
}

const nothingObserved =
  'nothing was observed: pg was never loaded, or before pgspan, or inside a bundle. Load pgspan first: node --import pgspan/register; in a bundle call instrumentPg(pg)'

/**
 * Starts everything: spans and metrics of `pg`, insights, and, where OpenTelemetry's SDK is installed, its exporters
 * as the standard `OTEL_*` variables say, with an endpoint for Prometheus. Call it before the application loads `pg`.
 *
 * Without an SDK findings are still made and printed, and the endpoint is there. With `PGSPAN_DISABLED=1` nothing is started.
 *
 * @throws TypeError for an option that does not exist or has a wrong value. Nothing else stops the service: what
 * cannot be started is named in one line.
 */
export function startPgspan(options: PgspanOptions = {}): Pgspan {
  checkOptions(options)
  // Set before anything is said; an application's own logger, or OTEL_LOG_LEVEL's, replaces it.
  if (!process.env.OTEL_LOG_LEVEL)
    diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const environment = readEnvironment()
  if (environment.disabled) {
    const none = Promise.resolve(undefined)
    return {
      insights: undefined,
      doctor: undefined,
      poolCare: undefined,
      serverFigures: undefined,
      queryLog: undefined,
      metricsUrl: none,
      inspectorUrl: none,
      shutdown: async () => {},
    }
  }
  // First, since a wrong option of theirs stops everything.
  const queryLog = makeQueryLog(options, environment)
  const ownPorts: (() => number | undefined)[] = []
  const instrumentations = [...ownInstrumentations(options, ownPorts), ...(options.instrumentations ?? [])]
  const insights = makeInsights(options, environment)
  const isDoctorHeard = isShown(options, environment)
  const { close: closePoolParts, ...poolParts } = startPoolParts(options, environment, isDoctorHeard)
  const stopListening = listen(insights, options, environment)
  const kind = options.metricsEndpoint ?? environment.metricsEndpoint ?? 'pgspan'
  const spans = new InsightsSpanProcessor(insights)
  const sdk = runGuarded(() => startSdk(options, kind === 'opentelemetry', instrumentations, spans))
  const metrics = runGuarded(() => startMetrics(options, kind, sdk, instrumentations))
  if (sdk === undefined) {
    insights.attach()
    process.stderr.write(`${describeMissingSdk(metrics !== undefined)}\n`)
  }
  const stopHeaders = runGuarded(() => startHeaders(options, insights))
  const inspector = options.inspector ?? environment.inspector ?? isShown(options, environment)
  const page =
    inspector === false
      ? undefined
      : runGuarded(() => startDevelopmentPage(insights, inspector === true ? 0 : inspector))
  ownPorts.push(() => page?.port)
  queryLog?.attach()
  return {
    insights,
    ...poolParts,
    queryLog,
    metricsUrl: metrics?.url ?? Promise.resolve(undefined),
    inspectorUrl: page?.url ?? Promise.resolve(undefined),
    async shutdown() {
      if (processState().patchedDrivers.size === 0) diag.warn(`pgspan: ${nothingObserved}`)
      stopListening()
      stopHeaders?.()
      page?.close()
      metrics?.close()
      closePoolParts()
      insights.close()
      await Promise.all([queryLog?.close(), sdk?.shutdown()])
      for (const instrumentation of instrumentations) instrumentation.disable()
    },
  }
}

/** @throws TypeError for a wrong option; a suppressions file of the environment that is wrong is left out. */
function makeInsights(options: PgspanOptions, environment: EnvironmentSettings): Insights {
  const given = insightsOptions(merged(options, environment))
  const suppressionsFile = given.suppressionsFile ?? environment.suppressionsFile
  if (suppressionsFile === undefined || suppressionsFile === given.suppressionsFile)
    return createInsights(given)
  const insights = createInsights(given)
  try {
    return createInsights({ ...given, suppressionsFile })
  } catch (error) {
    diag.warn(`pgspan: nothing is suppressed by PGSPAN_SUPPRESSIONS_FILE; ${error}`)
    return insights
  }
}

/** @param ownPorts requests to them are nobody's. */
function ownInstrumentations(
  options: PgspanOptions,
  ownPorts: readonly (() => number | undefined)[],
): Instrumentation[] {
  const { acquireSpans, connectSpans } = options
  const pg = new PgInstrumentation({
    ...options.pg,
    ...(acquireSpans !== undefined && { acquireSpans }),
    ...(connectSpans !== undefined && { connectSpans }),
  })
  // Without a span for the request, each query would be a trace of its own.
  const http = runGuarded(() => loadOptionalPackage<HttpPackage>('@opentelemetry/instrumentation-http'))
  if (http === undefined) return [pg]
  const address = prometheusAddress(options)
  const ignoreIncomingRequestHook = ({ socket: { localPort } }: IncomingMessage): boolean =>
    (address !== false && localPort === address.port) ||
    ownPorts.some((port) => localPort !== undefined && port() === localPort)
  return [pg, new http.exports.HttpInstrumentation({ ignoreIncomingRequestHook })]
}

interface HttpPackage {
  /** Scrapes of the metrics endpoint are nobody's requests. */
  readonly HttpInstrumentation: new (config: {
    ignoreIncomingRequestHook: (request: IncomingMessage) => boolean
  }) => Instrumentation
}

function merged(options: PgspanOptions, environment: EnvironmentSettings): PgspanOptions {
  const slowQueryMillis = options.slowQueryMillis ?? environment.slowQueryMillis
  const poolWaitMillis = options.poolWaitMillis ?? environment.poolWaitMillis
  return {
    ...(options.insights !== undefined && { insights: options.insights }),
    ...(slowQueryMillis !== undefined && { slowQueryMillis }),
    ...(poolWaitMillis !== undefined && { poolWaitMillis }),
  }
}

/** In production only those whom the application names see headers; where it names nobody, nothing is counted for them. */
function startHeaders({ responseHeaders = {} }: PgspanOptions, insights: Insights): (() => void) | undefined {
  if (responseHeaders === false) return undefined
  if (responseHeaders.authorize === undefined && process.env.NODE_ENV === 'production') return undefined
  return sendDatabaseHeaders({ insights, ...responseHeaders })
}

/** A person watches. */
function isShown(options: PgspanOptions, environment: EnvironmentSettings): boolean {
  return options.console ?? environment.console ?? process.env.NODE_ENV !== 'production'
}

/** Hands findings to the console and to the caller; returns the function that stops it. */
function listen(insights: Insights, options: PgspanOptions, environment: EnvironmentSettings): () => void {
  const listeners = [
    ...(isShown(options, environment) ? [createConsoleSink()] : []),
    ...(options.onFinding ? [options.onFinding] : []),
  ]
  const stops = listeners.map((listener) => insights.subscribe(listener))
  return () => {
    for (const stop of stops) stop()
  }
}

/** What cannot be started is named, and the rest goes on. */
function runGuarded<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    diag.error('pgspan: a part could not be started; the rest goes on', error)
    return undefined
  }
}
