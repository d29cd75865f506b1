import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import { byServicePool, type QueryLanguage, servicePool, stateLabel } from '../../query-language.js'

/** How many connections there are, and how many are needed. */
export function capacityRow(ql: QueryLanguage): RowSpec {
  return {
    title: 'Capacity',
    panels: [
      {
        kind: 'timeseries',
        title: 'Connections by state',
        description:
          'Used, idle and opening connections upon each other, against the limit. Used at the limit with requests waiting: the pool is the bottleneck.',
        unit: 'short',
        isStacked: true,
        queries: [
          {
            expression: `sum by (${stateLabel}) (${ql.series(metrics.connectionCount)})`,
            legend: `{{${stateLabel}}}`,
          },
          { expression: `sum(${ql.series(metrics.connectionLimit)})`, legend: 'limit', isBound: true },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Limit and peak in use',
        description:
          'The highest use of the last minute against the limit, pool by pool, in the process with the most. A peak far below the limit for weeks: the limit can go down.',
        unit: 'short',
        queries: [
          {
            expression: `max by (${byServicePool}) (${ql.series(metrics.connectionLimit)})`,
            legend: `limit ${servicePool}`,
          },
          {
            expression: `max by (${byServicePool}) (${ql.series(metrics.usedPeak)})`,
            legend: `peak ${servicePool}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Requests waiting',
        description:
          'Requests without a connection, of all processes, and the most of the last minute in one of them.',
        unit: 'short',
        queries: [
          {
            expression: `sum by (${byServicePool}) (${ql.series(metrics.connectionPendingRequests)})`,
            legend: servicePool,
          },
          {
            expression: `max by (${byServicePool}) (${ql.series(metrics.pendingPeak)})`,
            legend: `peak ${servicePool}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Demand',
        description:
          'Connections that were needed on average: seconds in use per second (Little’s law), in the process with the most. Near the limit, waiting grows steeply.',
        unit: 'short',
        decimals: 2,
        queries: [
          { expression: `max by (${byServicePool}) (${ql.rate(metrics.inUseTime)})`, legend: servicePool },
        ],
      },
    ],
  }
}
