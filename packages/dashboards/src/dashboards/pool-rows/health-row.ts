import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import { byPool, type QueryLanguage, stateLabel } from '../../query-language.js'

const busy = `${stateLabel}!="idle"`

/** How the pools are now. */
export function healthRow(ql: QueryLanguage): RowSpec {
  const utilisation = `sum by (${byPool}) (${ql.series(metrics.connectionCount, busy)}) / (sum by (${byPool}) (${ql.series(metrics.connectionLimit)}) > 0)`
  return {
    title: 'Health',
    panels: [
      {
        kind: 'stat',
        title: 'Utilisation',
        description:
          'Connections in use or being opened, of the most that the pool may have; the fullest pool. Above 90 % for minutes: look at Hold for what keeps them, before the limit is raised.',
        unit: 'percentunit',
        thresholds: [0.7, 0.9],
        queries: [{ expression: `max(${utilisation})`, legend: 'fullest pool' }],
      },
      {
        kind: 'stat',
        title: 'Waiting now',
        description:
          'Requests that have asked for a connection and have none yet. Anything that stays above 0 slows requests down.',
        unit: 'short',
        thresholds: [1, 10],
        queries: [{ expression: `sum(${ql.series(metrics.connectionPendingRequests)})`, legend: 'requests' }],
      },
      {
        kind: 'stat',
        title: 'Longest wait now',
        description:
          'How long the oldest of them has been waiting. It grows while a pool stands still, when no histogram moves.',
        unit: 's',
        thresholds: [0.5, 5],
        queries: [{ expression: `max(${ql.series(metrics.pendingOldestAge)})`, legend: 'oldest request' }],
      },
      {
        kind: 'stat',
        title: 'Time saturated',
        description:
          'The share of time in which a pool was full and somebody waited: an integral, so bursts between scrapes count. The worst pool.',
        unit: 'percentunit',
        thresholds: [0.01, 0.1],
        queries: [
          {
            // What a rate makes of scrapes that are not quite regular may be more than there is.
            expression: `clamp_max(max(sum by (${byPool}) (${ql.rate(metrics.saturatedTime)})), 1)`,
            legend: 'worst pool',
          },
        ],
      },
      {
        kind: 'stat',
        title: 'Gave up waiting, last hour',
        description:
          'Requests that reached connectionTimeoutMillis and failed. Each is an error that somebody saw.',
        unit: 'short',
        decimals: 0,
        thresholds: [1, 10],
        queries: [
          { expression: `sum(${ql.increase(metrics.connectionTimeouts, '', '1h')})`, legend: 'timeouts' },
        ],
      },
      {
        kind: 'stat',
        title: 'Suspected leaks',
        description:
          'Connections that are out of their pool with nothing running for longer than the leak watch allows. The finding names the line that took each.',
        unit: 'short',
        thresholds: [1, 2],
        queries: [{ expression: `sum(${ql.series(metrics.leaksSuspected)})`, legend: 'connections' }],
      },
    ],
  }
}
