import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import { byServicePool, type QueryLanguage, releaseKindLabel, servicePool } from '../../query-language.js'

/** How long connections are held, and how they come back. */
export function holdRow(ql: QueryLanguage): RowSpec {
  return {
    title: 'Hold',
    panels: [
      {
        kind: 'timeseries',
        title: 'Use of a connection, p50, p95 and p99',
        description:
          'From having a connection to giving it back. Much longer than queries take: other work is done while it is held.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((quantile) => ({
          expression: ql.quantile(quantile, metrics.connectionUseTime, byServicePool),
          legend: `p${quantile * 100} ${servicePool}`,
        })),
      },
      {
        kind: 'heatmap',
        title: 'Use of a connection, distribution',
        description: 'How many connections were held how long.',
        unit: 's',
        queries: [
          {
            expression: `sum by (le) (${ql.partRate(metrics.connectionUseTime, 'bucket')})`,
            legend: '{{le}}',
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Oldest connection in use',
        description:
          'How long the connection has been out that is out the longest. A straight line upwards: a leak, a hanging query or a long transaction. Findings and the page name its line.',
        unit: 's',
        thresholds: [30, 300],
        queries: [
          {
            expression: `max by (${byServicePool}) (${ql.series(metrics.holdOldestAge)})`,
            legend: servicePool,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Given back dirty',
        description:
          'Connections that were given back inside a transaction, in a failed one, with a query still running, or twice. The next user inherits it: each is a bug.',
        unit: 'short',
        fault: 'dirty_release',
        queries: [
          {
            expression: ql.whereHappened(
              releaseKindLabel,
              `sum by (${releaseKindLabel}) (${ql.growth(metrics.releaseDirty)})`,
              metrics.releaseDirty,
            ),
            legend: `{{${releaseKindLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Deadlocks of the pool',
        description:
          'All connections were held, none of them worked, and requests waited: holders wait for a second connection. Each is critical.',
        unit: 'short',
        fault: 'deadlock',
        queries: [
          {
            expression: ql.whereHappened(
              byServicePool,
              `sum by (${byServicePool}) (${ql.growth(metrics.deadlocks)})`,
              metrics.deadlocks,
            ),
            legend: servicePool,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Leaks suspected and recovered',
        description:
          'Connections that stayed out with nothing running, and those of them that came back late.',
        unit: 'short',
        fault: 'leak',
        queries: [
          {
            expression: ql.whereHappened(
              byServicePool,
              `sum by (${byServicePool}) (${ql.growth(metrics.leaks)})`,
              metrics.leaks,
            ),
            legend: `suspected ${servicePool}`,
          },
          {
            expression: ql.whereHappened(
              byServicePool,
              `sum by (${byServicePool}) (${ql.growth(metrics.leaksRecovered)})`,
              metrics.leaksRecovered,
            ),
            legend: `recovered ${servicePool}`,
          },
        ],
      },
    ],
  }
}
