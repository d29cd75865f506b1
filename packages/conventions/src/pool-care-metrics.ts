import {
  dbSystemName,
  errorType,
  pgspanRetryKind,
  pgspanValidationMoment,
  pgspanValidationResult,
} from './attributes.js'
import { ours, poolOnHotPath } from './metric-attribute-sets.js'
import type { MetricDefinition } from './metric-definition.js'

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
