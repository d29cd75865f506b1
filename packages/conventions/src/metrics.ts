import {
  dbClientConnectionPoolName,
  dbClientConnectionState,
  dbNamespace,
  dbQuerySummary,
  dbResponseStatusCode,
  dbSystemName,
  errorType,
  pgspanConnectionCloseReason,
  pgspanFindingKind,
  pgspanFindingSeverity,
  pgspanLeakKind,
  pgspanPoolPath,
  pgspanReleaseKind,
  pgspanServerRole,
  serverAddress,
  serverPort,
} from './attributes.js'
import type { MetricDefinition } from './metric-definition.js'
import * as poolCare from './pool-care-metrics.js'

export * from './pool-care-metrics.js'

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

export const responseReturnedRows: MetricDefinition = {
  name: 'db.client.response.returned_rows',
  instrument: 'histogram',
  unit: '{row}',
  description: 'The actual number of records returned by the database operation.',
  valueType: 'int',
  stability: 'development',
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
  attributes: [...target, dbQuerySummary],
  link: `${specification}#metric-dbclientresponsereturned_rows`,
}

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

export const acquires: MetricDefinition = {
  name: 'pgspan.acquires',
  instrument: 'counter',
  unit: '{request}',
  description:
    'Requests for a connection of the pool that were answered, by how: with an idle connection, a new one, or one that others gave back.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, pgspanPoolPath, errorType],
  link: `${ours}#pgspanacquires`,
}

export const pendingOldestAge: MetricDefinition = {
  name: 'pgspan.pending.oldest_age',
  instrument: 'gauge',
  unit: 's',
  description: 'How long the oldest request has been waiting for a connection; 0 if none waits.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanpendingoldest_age`,
}

export const holdOldestAge: MetricDefinition = {
  name: 'pgspan.hold.oldest_age',
  instrument: 'gauge',
  unit: 's',
  description:
    'How long the connection that has been out of the pool for the longest has been held; 0 if none is out.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanholdoldest_age`,
}

export const usedPeak: MetricDefinition = {
  name: 'pgspan.used.peak',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'The most connections that were in use at a time within the last minute.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanusedpeak`,
}

export const pendingPeak: MetricDefinition = {
  name: 'pgspan.pending.peak',
  instrument: 'gauge',
  unit: '{request}',
  description: 'The most requests that were waiting at a time within the last minute.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanpendingpeak`,
}

export const inUseTime: MetricDefinition = {
  name: 'pgspan.in_use_time',
  instrument: 'counter',
  unit: 's',
  description:
    'Time that connections were in use, summed over all of them: its rate is the mean number of connections in use.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanin_use_time`,
}

export const saturatedTime: MetricDefinition = {
  name: 'pgspan.saturated_time',
  instrument: 'counter',
  unit: 's',
  description:
    'Time in which all connections that the pool may have were in use and somebody waited: its rate is the share of such time.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspansaturated_time`,
}

export const connectionsOpen: MetricDefinition = {
  name: 'pgspan.connections.open',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description:
    'Open connections of the pool, by the role of the server at their other end. From PostgreSQL 14 on.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, pgspanServerRole],
  link: `${ours}#pgspanconnectionsopen`,
}

export const connectionsOpened: MetricDefinition = {
  name: 'pgspan.connections.opened',
  instrument: 'counter',
  unit: '{connection}',
  description: 'Connections that the pool has opened.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: pool,
  link: `${ours}#pgspanconnectionsopened`,
}

export const connectionOpenFailures: MetricDefinition = {
  name: 'pgspan.connections.open_failures',
  instrument: 'counter',
  unit: '{connection}',
  description: 'Connections that the pool could not open.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, errorType],
  link: `${ours}#pgspanconnectionsopen_failures`,
}

export const connectionsClosed: MetricDefinition = {
  name: 'pgspan.connections.closed',
  instrument: 'counter',
  unit: '{connection}',
  description: 'Connections that the pool has given up, by reason.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, pgspanConnectionCloseReason],
  link: `${ours}#pgspanconnectionsclosed`,
}

export const poolErrors: MetricDefinition = {
  name: 'pgspan.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Errors of connections that nobody was using.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, errorType],
  link: `${ours}#pgspanerrors`,
}

export const releaseDirty: MetricDefinition = {
  name: 'pgspan.release.dirty',
  instrument: 'counter',
  unit: '{release}',
  description:
    'Connections that were given back in a state that the next holder suffers from: in a transaction, in a failed one, with a query still running; or given back twice.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pool, pgspanReleaseKind],
  link: `${ours}#pgspanreleasedirty`,
}

export const leaksSuspected: MetricDefinition = {
  name: 'pgspan.leaks.suspected',
  instrument: 'upDownCounter',
  unit: '{connection}',
  description: 'Connections that are out of the pool and seem to be forgotten.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [dbClientConnectionPoolName],
  link: `${ours}#pgspanleakssuspected`,
}

export const leaks: MetricDefinition = {
  name: 'pgspan.leaks',
  instrument: 'counter',
  unit: '{connection}',
  description: 'How often a connection seemed to be forgotten, by what showed it.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [dbClientConnectionPoolName, pgspanLeakKind],
  link: `${ours}#pgspanleaks`,
}

export const leaksRecovered: MetricDefinition = {
  name: 'pgspan.leaks.recovered',
  instrument: 'counter',
  unit: '{connection}',
  description: 'Connections that seemed to be forgotten and came back.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [dbClientConnectionPoolName],
  link: `${ours}#pgspanleaksrecovered`,
}

export const deadlocks: MetricDefinition = {
  name: 'pgspan.deadlocks',
  instrument: 'counter',
  unit: '{deadlock}',
  description: 'How often every connection of a pool was held by somebody who waited for another one.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [dbClientConnectionPoolName],
  link: `${ours}#pgspandeadlocks`,
}

/** Everything above, and what pool care and the server tell. */
export const metrics: readonly MetricDefinition[] = [
  operationDuration,
  responseReturnedRows,
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
  acquires,
  pendingOldestAge,
  holdOldestAge,
  usedPeak,
  pendingPeak,
  inUseTime,
  saturatedTime,
  connectionsOpen,
  connectionsOpened,
  connectionOpenFailures,
  connectionsClosed,
  poolErrors,
  releaseDirty,
  leaksSuspected,
  leaks,
  leaksRecovered,
  deadlocks,
  ...Object.values(poolCare),
]
