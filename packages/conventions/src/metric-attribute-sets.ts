import {
  dbClientConnectionPoolName,
  dbNamespace,
  dbSystemName,
  serverAddress,
  serverPort,
} from './attributes.js'

export const specification = 'https://opentelemetry.io/docs/specs/semconv/database/database-metrics/'
export const ours = 'https://github.com/pgspan/pgspan/blob/main/docs/telemetry.md'

/** What the conventions advise for `db.client.operation.duration`; they advise none for the pool's times. */
export const secondsBuckets: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export const target: readonly string[] = [dbSystemName, dbNamespace, serverAddress, serverPort]
export const pool: readonly string[] = [dbClientConnectionPoolName, ...target]
/** The pool's histograms are recorded on the query path, where each attribute costs; see the pool's gauges for more. */
export const poolOnHotPath: readonly string[] = [dbClientConnectionPoolName, dbSystemName]
