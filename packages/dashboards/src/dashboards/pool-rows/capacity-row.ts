import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import { byPool, poolLabel, type QueryLanguage, stateLabel } from '../../query-language.js'

const ofPool = `{{instance}} {{${poolLabel}}}`

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
            expression: `sum by (${poolLabel}, ${stateLabel}) (${ql.series(metrics.connectionCount)})`,
            legend: `{{${poolLabel}}} {{${stateLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Limit and peak in use',
        description:
          'The highest use of the last minute against the limit, pool by pool. A peak far below the limit for weeks: the limit can go down.',
        unit: 'short',
        queries: [
          {
            expression: `sum by (${byPool}) (${ql.series(metrics.connectionLimit)})`,
            legend: `limit ${ofPool}`,
          },
          { expression: `max by (${byPool}) (${ql.series(metrics.usedPeak)})`, legend: `peak ${ofPool}` },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Requests waiting',
        description: 'Requests without a connection, and the most of the last minute.',
        unit: 'short',
        queries: [
          {
            expression: `sum by (${byPool}) (${ql.series(metrics.connectionPendingRequests)})`,
            legend: ofPool,
          },
          { expression: `max by (${byPool}) (${ql.series(metrics.pendingPeak)})`, legend: `peak ${ofPool}` },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Demand',
        description:
          'Connections that were needed on average: seconds in use per second (Little’s law). Near the limit, waiting grows steeply.',
        unit: 'short',
        decimals: 2,
        queries: [{ expression: `sum by (${byPool}) (${ql.rate(metrics.inUseTime)})`, legend: ofPool }],
      },
    ],
  }
}
