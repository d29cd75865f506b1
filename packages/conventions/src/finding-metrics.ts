import {
  dbClientConnectionPoolName,
  dbNamespace,
  pgspanFindingKind,
  pgspanFindingSeverity,
  pgspanLeakKind,
} from './attributes.js'
import { ours } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

// What pgspan has found.

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
