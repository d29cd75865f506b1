import { metrics } from '@pgspan/conventions'
import type { RowSpec } from '../../panel-spec.js'
import { namespaceLabel, type QueryLanguage } from '../../query-language.js'

/** What the server says, if it is asked. */
export function serverRow(ql: QueryLanguage): RowSpec {
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
