import { metrics } from '@pgspan/conventions'
import type { DashboardSpec, RowSpec } from '../panel-spec.js'
import {
  byPool,
  closeReasonLabel,
  errorLabel,
  namespaceLabel,
  pathLabel,
  poolLabel,
  type QueryLanguage,
  releaseKindLabel,
  stateLabel,
} from '../query-language.js'

const ofPool = `{{instance}} {{${poolLabel}}}`
const busy = `${stateLabel}!="idle"`

/** @param serverQl for what belongs to no pool. */
export function poolsDashboard(ql: QueryLanguage, serverQl: QueryLanguage): DashboardSpec {
  return {
    uid: 'pgspan-pools',
    title: 'pgspan / Pools',
    description: 'Connection pools of PostgreSQL, as their service sees them: is the pool the problem?',
    hasPoolVariable: true,
    rows: [health(ql), capacity(ql), wait(ql), hold(ql), lifecycle(ql), server(serverQl)],
  }
}

function health(ql: QueryLanguage): RowSpec {
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
          { expression: `max(sum by (${byPool}) (${ql.rate(metrics.saturatedTime)}))`, legend: 'worst pool' },
        ],
      },
      {
        kind: 'stat',
        title: 'Gave up waiting, last hour',
        description:
          'Requests that reached connectionTimeoutMillis and failed. Each is an error that somebody saw.',
        unit: 'short',
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

function capacity(ql: QueryLanguage): RowSpec {
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

function wait(ql: QueryLanguage): RowSpec {
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
          expression: ql.quantile(quantile, metrics.connectionWaitTime, poolLabel),
          legend: `p${quantile * 100} {{${poolLabel}}}`,
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

function hold(ql: QueryLanguage): RowSpec {
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
          expression: ql.quantile(quantile, metrics.connectionUseTime, poolLabel),
          legend: `p${quantile * 100} {{${poolLabel}}}`,
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
        queries: [{ expression: `max by (${byPool}) (${ql.series(metrics.holdOldestAge)})`, legend: ofPool }],
      },
      {
        kind: 'timeseries',
        title: 'Given back dirty',
        description:
          'Connections that were given back inside a transaction, in a failed one, with a query still running, or twice. The next user inherits it: each is a bug.',
        unit: 'ops',
        fault: 'dirty_release',
        queries: [
          {
            expression: `sum by (${releaseKindLabel}) (${ql.rate(metrics.releaseDirty)}) > 0`,
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
            expression: `sum by (${poolLabel}) (${ql.increase(metrics.deadlocks)}) > 0`,
            legend: `{{${poolLabel}}}`,
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
            expression: `sum by (${poolLabel}) (${ql.increase(metrics.leaks)}) > 0`,
            legend: `suspected {{${poolLabel}}}`,
          },
          {
            expression: `sum by (${poolLabel}) (${ql.increase(metrics.leaksRecovered)}) > 0`,
            legend: `recovered {{${poolLabel}}}`,
          },
        ],
      },
    ],
  }
}

function lifecycle(ql: QueryLanguage): RowSpec {
  return {
    title: 'Lifecycle',
    panels: [
      {
        kind: 'timeseries',
        title: 'Connections opened and closed',
        description:
          'Opened, and closed by reason. idle_timeout is configuration; connection_lost and idle_error are the network, a proxy or the server.',
        unit: 'ops',
        queries: [
          { expression: `sum(${ql.rate(metrics.connectionsOpened)})`, legend: 'opened' },
          {
            expression: `sum by (${closeReasonLabel}) (${ql.rate(metrics.connectionsClosed)}) > 0`,
            legend: `closed: {{${closeReasonLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Opening a connection, p95',
        description:
          'Network, encryption and authentication. Much above a few milliseconds in the same network: name resolution, TLS, or a busy server.',
        unit: 's',
        queries: [
          {
            expression: ql.quantile(0.95, metrics.connectionCreateTime, poolLabel),
            legend: `{{${poolLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Connections that could not be opened',
        description:
          'By error. The database, the network or the credentials: requests fail as soon as no open connection is left.',
        unit: 'ops',
        fault: 'database_down',
        queries: [
          {
            expression: `sum by (${errorLabel}) (${ql.rate(metrics.connectionOpenFailures)}) > 0`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Errors of idle connections',
        description:
          'Connections that broke while nobody used them. Without a listener for the pool’s error event, each ends the process.',
        unit: 'ops',
        fault: 'database_down',
        queries: [
          {
            expression: `sum by (${errorLabel}) (${ql.rate(metrics.poolErrors)}) > 0`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
    ],
  }
}

function server(ql: QueryLanguage): RowSpec {
  return {
    title: 'Server (if its figures are asked for)',
    panels: [
      {
        kind: 'timeseries',
        title: 'Connections of the server, against its limit',
        description: 'Sessions of all clients against max_connections. Near it, nobody can connect any more.',
        unit: 'short',
        fault: 'server_figures',
        queries: [
          {
            expression: `max by (server_address, server_port) (${ql.series(metrics.serverConnectionCount)})`,
            legend: 'sessions {{server_address}}',
          },
          {
            expression: `max by (server_address, server_port) (${ql.series(metrics.serverConnectionLimit)})`,
            legend: 'limit {{server_address}}',
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Oldest transaction',
        description:
          'The oldest open transaction, and the oldest that is open with nothing running: it holds locks and keeps vacuum from its work.',
        unit: 's',
        thresholds: [60, 600],
        fault: 'server_figures',
        queries: [
          {
            expression: `max by (server_address, ${namespaceLabel}) (${ql.series(metrics.serverOldestTransaction)})`,
            legend: 'open {{server_address}}',
          },
          {
            expression: `max by (server_address, ${namespaceLabel}) (${ql.series(metrics.serverOldestIdleInTransaction)})`,
            legend: 'idle {{server_address}}',
          },
        ],
      },
    ],
  }
}
