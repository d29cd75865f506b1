import { diag } from '@opentelemetry/api'
import {
  createQueryLog,
  type LogWriter,
  type QueryLog,
  type QueryLogOptions,
  toFiles,
  toOpenTelemetry,
  toStream,
  toTable,
} from '@pgspan/slow-query-log'
import type { EnvironmentSettings } from './environment.js'
import type { PgspanOptions } from './options.js'

/** What `PGSPAN_QUERY_LOG` can name. */
export type LogDestination = (typeof logDestinations)[number]

/** Every {@link LogDestination}. */
export const logDestinations = ['otel', 'stdout', 'table'] as const

const writers: Readonly<Record<LogDestination, () => LogWriter>> = {
  otel: () => toOpenTelemetry(),
  stdout: () => toStream(),
  table: () => toTable(),
}

/**
 * The query log that options or the environment ask for; undefined if neither does.
 *
 * @throws TypeError for a wrong option; what the environment says wrong is named, and there is no log.
 */
export function makeQueryLog(options: PgspanOptions, environment: EnvironmentSettings): QueryLog | undefined {
  const slowQueryMillis = options.slowQueryMillis ?? environment.slowQueryMillis
  const threshold = slowQueryMillis === undefined ? {} : { slowQueryMillis }
  if (options.queryLog !== undefined)
    return options.queryLog === false ? undefined : createQueryLog({ ...threshold, ...options.queryLog })
  try {
    const asked = { ...threshold, ...fromEnvironment(environment) }
    return asked.writers.length === 0 ? undefined : createQueryLog(asked)
  } catch (error) {
    diag.warn(`pgspan: there is no query log; ${error}`)
    return undefined
  }
}

function fromEnvironment({ queryLog }: EnvironmentSettings): QueryLogOptions {
  const { destinations, directory, sampleRate, poolEvents } = queryLog
  return {
    writers: [
      ...destinations.map((destination) => writers[destination]()),
      ...(directory === undefined ? [] : [toFiles({ directory })]),
    ],
    ...(sampleRate !== undefined && { sampleRate }),
    ...(poolEvents !== undefined && { poolEvents }),
  }
}
