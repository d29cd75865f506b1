import {
  errorType,
  pgspanConnectionCloseReason,
  pgspanPoolPath,
  pgspanReleaseKind,
  pgspanServerRole,
} from './attributes.js'
import { ours, pool } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

// What pgspan says of pools beyond the specification.

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
