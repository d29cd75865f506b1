import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import {
  byServicePool,
  errorLabel,
  pathLabel,
  type QueryLanguage,
  servicePool,
} from '../../query-language.js'

/** How long requests wait for a connection. */
export function waitRow(ql: QueryLanguage): RowSpec {
  return {
    title: 'Wait',
    panels: [
      {
        kind: 'timeseries',
        title: 'Wait for a connection, p50, p95 and p99',
        description:
          'From asking for a connection to having it, also when asking failed. p95 above 100 ms for five minutes: look at Hold.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((quantile) => ({
          expression: ql.quantile(quantile, metrics.connectionWaitTime, byServicePool),
          legend: `p${quantile * 100} ${servicePool}`,
        })),
      },
      {
        kind: 'heatmap',
        title: 'Wait for a connection, distribution',
        description:
          'How many requests waited how long. A second band far above the first: some wait for the queue.',
        unit: 's',
        queries: [
          {
            expression: `sum by (le) (${ql.partRate(metrics.connectionWaitTime, 'bucket')})`,
            legend: '{{le}}',
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Acquires by path',
        description:
          'idle: a connection was there; create: one was opened; queue: others had to give one back first. A growing share of queue: the pool is too small, or held too long.',
        unit: 'ops',
        isStacked: true,
        queries: [
          {
            expression: `sum by (${pathLabel}) (${ql.rate(metrics.acquires, `${errorLabel}=""`)})`,
            legend: `{{${pathLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Failed acquires',
        description:
          'Requests for a connection that failed, by error. timeout: the pool was full; others: the database could not be reached.',
        unit: 'ops',
        fault: 'pool_exhausted',
        queries: [
          {
            expression: `sum by (${errorLabel}) (${ql.rate(metrics.acquires, `${errorLabel}!=""`)})`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
    ],
  }
}
