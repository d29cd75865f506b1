import { dbClientConnectionState, dbQuerySummary, dbResponseStatusCode, errorType } from './attributes.js'
import { pool, poolOnHotPath, secondsBuckets, specification, target } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

// What the OpenTelemetry specification names. db.client.operation.duration is stable there, all others in development.

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
