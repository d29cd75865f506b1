import { pgspanSessionApplication, pgspanSessionState } from './attributes.js'
import { ours, target } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

// What the server says of itself, if it is asked.

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
