import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import {
  byServicePool,
  closeReasonLabel,
  errorLabel,
  type QueryLanguage,
  roleLabel,
  servicePool,
} from '../../query-language.js'

/** Both counters start at 0 without an error. */
const occurred = `${errorLabel}!=""`

/** Connections that are opened, closed and lost. */
export function lifecycleRow(ql: QueryLanguage): RowSpec {
  return {
    title: 'Lifecycle',
    panels: [
      {
        kind: 'timeseries',
        title: 'Connections opened and closed',
        description:
          'Opened, and closed by reason. idle_timeout is configuration; connection_lost and idle_error are the network, a proxy or the server.',
        unit: 'ops',
        fault: 'churn',
        queries: [
          { expression: `sum(${ql.rate(metrics.connectionsOpened)})`, legend: 'opened' },
          {
            expression: ql.whereHappened(
              closeReasonLabel,
              `sum by (${closeReasonLabel}) (${ql.rate(metrics.connectionsClosed)})`,
              metrics.connectionsClosed,
            ),
            legend: `closed: {{${closeReasonLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Connections by role of the server',
        description:
          'Where open connections lead, by what the server says of itself: primary or replica. After a failover none may be left that leads to a replica and is meant to write.',
        unit: 'short',
        isStacked: true,
        queries: [
          {
            expression: `sum by (${roleLabel}) (${ql.series(metrics.connectionsOpen)})`,
            legend: `{{${roleLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Opening a connection, p95',
        description:
          'Network, encryption and authentication. Much above a few milliseconds in the same network: name resolution, TLS, or a busy server.',
        unit: 's',
        fault: 'churn',
        queries: [
          {
            expression: ql.quantile(0.95, metrics.connectionCreateTime, byServicePool),
            legend: servicePool,
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
            expression: `sum by (${errorLabel}) (${ql.rate(metrics.connectionOpenFailures, occurred)})`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Errors of idle connections',
        description:
          'Connections that broke while nobody used them. Without a listener for the pool’s error event, each ends the process.',
        unit: 'short',
        fault: 'database_down',
        queries: [
          {
            expression: `sum by (${errorLabel}) (${ql.growth(metrics.poolErrors, occurred)})`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
    ],
  }
}
