import type { Behaviour } from './behaviour.js'
import { comments } from './behaviours/comments.js'
import { connections } from './behaviours/connections.js'
import { contexts } from './behaviours/contexts.js'
import { driverApi } from './behaviours/driver-api.js'
import { failures } from './behaviours/failures.js'
import { hooksAndValues } from './behaviours/hooks-and-values.js'
import { measurements } from './behaviours/measurements.js'
import { names } from './behaviours/names.js'
import { querySpans } from './behaviours/query-spans.js'

/** All that upstream's tests say of it, under headings. */
export const behaviours: Readonly<Record<string, readonly Behaviour[]>> = {
  'The driver’s interface': driverApi,
  'Spans of queries': querySpans,
  Names: names,
  'Contexts of callbacks': contexts,
  'Hooks and values': hooksAndValues,
  'What the server gets': comments,
  Failures: failures,
  'Connections and pools': connections,
  Metrics: measurements,
}
