import {
  dbClientConnectionPoolName,
  dbClientConnectionState,
  dbNamespace,
  dbQuerySummary,
  dbResponseStatusCode,
  dbSystemName,
  errorType,
  pgspanFindingKind,
  pgspanFindingSeverity,
  serverAddress,
  serverPort,
} from './attributes.js'
import type { MetricDefinition } from './metric-definition.js'

const specification = 'https://opentelemetry.io/docs/specs/semconv/database/database-metrics/'
const ours = 'https://github.com/pgspan/pgspan/blob/main/docs/telemetry.md'

/** What the conventions advise for `db.client.operation.duration`; they advise none for the pool's times. */
const secondsBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

const target = [dbSystemName, dbNamespace, serverAddress, serverPort]
const pool = [dbClientConnectionPoolName, ...target]
/** The pool's histograms are recorded on the query path, where each attribute costs; see the pool's gauges for more. */
const poolOnHotPath = [dbClientConnectionPoolName, dbSystemName]

// db.client.operation.duration is stable in the OpenTelemetry specification.

export const operationDuration: MetricDefinition = {
  name: 'db.client.operation.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Duration of database client operations.',
  valueType: 'double',
  stability: 'stable',
  buckets: secondsBuckets,
  attributes: [...target, dbQuerySummary, dbResponseStatusCode, errorType],
  link: `${specification}#metric-dbclientoperationduration`,
}

// From here, metrics have development status in the specification.

export const connectionCount: MetricDefinition = {
  name: 'db.client.connection.count',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description: 'The number of connections that are currently in state described by the state attribute.',
  valueType: 'int',
  stability: 'development',
  attributes: [...pool, dbClientConnectionState],
  link: `${specification}#metric-dbclientconnectioncount`,
}

export const connectionLimit: MetricDefinition = {
  name: 'db.client.connection.limit',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description: 'The maximum number of open connections allowed.',
  valueType: 'int',
  stability: 'development',
  attributes: pool,
  link: `${specification}#metric-dbclientconnectionlimit`,
}

export const connectionIdleMin: MetricDefinition = {
  name: 'db.client.connection.idle.min',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description: 'The minimum number of idle open connections allowed.',
  valueType: 'int',
  stability: 'development',
  attributes: pool,
  link: `${specification}#metric-dbclientconnectionidlemin`,
}

export const connectionIdleMax: MetricDefinition = {
  name: 'db.client.connection.idle.max',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description: 'The maximum number of idle open connections allowed.',
  valueType: 'int',
  stability: 'development',
  attributes: pool,
  link: `${specification}#metric-dbclientconnectionidlemax`,
}

export const connectionPendingRequests: MetricDefinition = {
  name: 'db.client.connection.pending_requests',
  instrument: 'upDownCounter',
  unit: '{request}',
  description: 'The number of current pending requests for an open connection.',
  valueType: 'int',
  stability: 'development',
  attributes: pool,
  link: `${specification}#metric-dbclientconnectionpending_requests`,
}

export const connectionTimeouts: MetricDefinition = {
  name: 'db.client.connection.timeouts',
  instrument: 'counter',
  unit: '{timeout}',
  description:
    'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
  valueType: 'int',
  stability: 'development',
  attributes: pool,
  link: `${specification}#metric-dbclientconnectiontimeouts`,
}

export const connectionCreateTime: MetricDefinition = {
  name: 'db.client.connection.create_time',
  instrument: 'histogram',
  unit: 's',
  description: 'The time it took to create a new connection.',
  valueType: 'double',
  stability: 'development',
  buckets: secondsBuckets,
  attributes: poolOnHotPath,
  link: `${specification}#metric-dbclientconnectioncreate_time`,
}

export const connectionWaitTime: MetricDefinition = {
  name: 'db.client.connection.wait_time',
  instrument: 'histogram',
  unit: 's',
  description: 'The time it took to obtain an open connection from the pool.',
  valueType: 'double',
  stability: 'development',
  buckets: secondsBuckets,
  attributes: poolOnHotPath,
  link: `${specification}#metric-dbclientconnectionwait_time`,
}

export const connectionUseTime: MetricDefinition = {
  name: 'db.client.connection.use_time',
  instrument: 'histogram',
  unit: 's',
  description: 'The time between borrowing a connection and returning it to the pool.',
  valueType: 'double',
  stability: 'development',
  buckets: secondsBuckets,
  attributes: poolOnHotPath,
  link: `${specification}#metric-dbclientconnectionuse_time`,
}

// From here, metrics are pgspan's own.

export const findings: MetricDefinition = {
  name: 'pgspan.findings',
  instrument: 'counter',
  unit: '{finding}',
  description: 'How often a finding was made, by kind and severity.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [pgspanFindingKind, pgspanFindingSeverity, dbNamespace],
  link: `${ours}#pgspanfindings`,
}

export const findingRepetitions: MetricDefinition = {
  name: 'pgspan.finding.repetitions',
  instrument: 'histogram',
  unit: '{query}',
  description: 'How many executions a finding of a repeated statement counts in its unit of work.',
  valueType: 'int',
  stability: 'pgspan',
  buckets: [5, 10, 20, 50, 100, 200, 500, 1000],
  attributes: [pgspanFindingKind],
  link: `${ours}#pgspanfindingrepetitions`,
}

/** Everything above. */
export const metrics: readonly MetricDefinition[] = [
  operationDuration,
  connectionCount,
  connectionLimit,
  connectionIdleMin,
  connectionIdleMax,
  connectionPendingRequests,
  connectionTimeouts,
  connectionCreateTime,
  connectionWaitTime,
  connectionUseTime,
  findings,
  findingRepetitions,
]
