import { pgspanPgbouncerDatabase, pgspanPgbouncerState, serverAddress, serverPort } from './attributes.js'
import { ours } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

const pgbouncer = [serverAddress, serverPort, pgspanPgbouncerDatabase]

// What PgBouncer says of itself, if it is asked.

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
