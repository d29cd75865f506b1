import {
  dbClientConnectionPoolName,
  dbNamespace,
  dbSystemName,
  errorType,
  pgspanPgbouncerDatabase,
  pgspanPgbouncerState,
  pgspanRetryKind,
  pgspanSessionApplication,
  pgspanSessionState,
  pgspanValidationMoment,
  pgspanValidationResult,
  serverAddress,
  serverPort,
} from './attributes.js'
import type { MetricDefinition } from './metric-definition.js'

const ours = 'https://github.com/pgspan/pgspan/blob/main/docs/telemetry.md'

const target = [dbSystemName, dbNamespace, serverAddress, serverPort]
const poolOnHotPath = [dbClientConnectionPoolName, dbSystemName]
const pgbouncer = [serverAddress, serverPort, pgspanPgbouncerDatabase]

// What pool care did.

export const validations: MetricDefinition = {
  name: 'pgspan.validations',
  instrument: 'counter',
  unit: '{validation}',
  description: 'How often pool care asked an idle connection whether it still works, by result.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...poolOnHotPath, pgspanValidationResult, pgspanValidationMoment],
  link: `${ours}#pgspanvalidations`,
}

export const connectionsRecycled: MetricDefinition = {
  name: 'pgspan.connections.recycled',
  instrument: 'counter',
  unit: '{connection}',
  description: 'Connections that pool care retired because of their age.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: poolOnHotPath,
  link: `${ours}#pgspanconnectionsrecycled`,
}

export const retries: MetricDefinition = {
  name: 'pgspan.retries',
  instrument: 'counter',
  unit: '{retry}',
  description: 'What pool care tried again, by kind and by the error that made it.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [dbSystemName, pgspanRetryKind, errorType],
  link: `${ours}#pgspanretries`,
}

// What the server says, asked over a connection of its own.

export const serverSessions: MetricDefinition = {
  name: 'pgspan.server.sessions',
  instrument: 'gauge',
  unit: '{session}',
  description: 'Sessions of the database by what they do and by application name.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...target, pgspanSessionState, pgspanSessionApplication],
  link: `${ours}#pgspanserversessions`,
}

export const serverLongIdleSessions: MetricDefinition = {
  name: 'pgspan.server.sessions.long_idle',
  instrument: 'gauge',
  unit: '{session}',
  description: 'Sessions of the database that have been idle for longer than the threshold.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserversessionslong_idle`,
}

export const serverOldestTransaction: MetricDefinition = {
  name: 'pgspan.server.transaction.oldest_age',
  instrument: 'gauge',
  unit: 's',
  description: 'Age of the oldest transaction of the database.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanservertransactionoldest_age`,
}

export const serverOldestIdleInTransaction: MetricDefinition = {
  name: 'pgspan.server.idle_in_transaction.oldest_age',
  instrument: 'gauge',
  unit: 's',
  description: 'How long the session that has been idle in a transaction for longest has been so.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserveridle_in_transactionoldest_age`,
}

export const serverLockWaits: MetricDefinition = {
  name: 'pgspan.server.lock_waits',
  instrument: 'gauge',
  unit: '{session}',
  description: 'Sessions of the database that wait for a lock.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverlock_waits`,
}

export const serverConnectionLimit: MetricDefinition = {
  name: 'pgspan.server.connection.limit',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'Connections that the server accepts from ordinary roles.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverconnectionlimit`,
}

export const serverConnectionCount: MetricDefinition = {
  name: 'pgspan.server.connection.count',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'Connections that the server has, of all databases.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverconnectioncount`,
}

export const serverConnectionHeadroom: MetricDefinition = {
  name: 'pgspan.server.connection.headroom',
  instrument: 'gauge',
  unit: '{connection}',
  description:
    'Connections that the server accepts beyond the limits of all pools of this process that lead to it; below 0, the pools can ask for more than there are.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverconnectionheadroom`,
}

export const serverUp: MetricDefinition = {
  name: 'pgspan.server.up',
  instrument: 'gauge',
  unit: '{server}',
  description:
    'Whether the server answered when it was asked for its figures last: 1 or 0; while 0, its other figures are the last known.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverup`,
}

export const serverInRecovery: MetricDefinition = {
  name: 'pgspan.server.in_recovery',
  instrument: 'gauge',
  unit: '{server}',
  description: 'Whether the server is a replica that takes no writes: 1 or 0.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: target,
  link: `${ours}#pgspanserverin_recovery`,
}

// What a PgBouncer says.

export const pgbouncerClients: MetricDefinition = {
  name: 'pgspan.pgbouncer.clients',
  instrument: 'gauge',
  unit: '{client}',
  description: 'Clients of a PgBouncer by state, from SHOW POOLS.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pgbouncer, pgspanPgbouncerState],
  link: `${ours}#pgspanpgbouncerclients`,
}

export const pgbouncerServers: MetricDefinition = {
  name: 'pgspan.pgbouncer.servers',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'Server connections of a PgBouncer by state, from SHOW POOLS.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: [...pgbouncer, pgspanPgbouncerState],
  link: `${ours}#pgspanpgbouncerservers`,
}

export const pgbouncerMaxWait: MetricDefinition = {
  name: 'pgspan.pgbouncer.wait.oldest_age',
  instrument: 'gauge',
  unit: 's',
  description: 'How long the oldest waiting client of a PgBouncer has waited, from SHOW POOLS.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pgbouncer,
  link: `${ours}#pgspanpgbouncerwaitoldest_age`,
}

export const pgbouncerQueries: MetricDefinition = {
  name: 'pgspan.pgbouncer.queries',
  instrument: 'counter',
  unit: '{query}',
  description: 'Queries that a PgBouncer has passed on, from SHOW STATS.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: pgbouncer,
  link: `${ours}#pgspanpgbouncerqueries`,
}

export const pgbouncerTransactions: MetricDefinition = {
  name: 'pgspan.pgbouncer.transactions',
  instrument: 'counter',
  unit: '{transaction}',
  description: 'Transactions that a PgBouncer has passed on, from SHOW STATS.',
  valueType: 'int',
  stability: 'pgspan',
  attributes: pgbouncer,
  link: `${ours}#pgspanpgbouncertransactions`,
}

export const pgbouncerWaitTime: MetricDefinition = {
  name: 'pgspan.pgbouncer.wait_time',
  instrument: 'counter',
  unit: 's',
  description: 'Seconds that clients of a PgBouncer have waited for a server connection, from SHOW STATS.',
  valueType: 'double',
  stability: 'pgspan',
  attributes: pgbouncer,
  link: `${ours}#pgspanpgbouncerwait_time`,
}
