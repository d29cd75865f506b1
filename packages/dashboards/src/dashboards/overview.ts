import { metrics } from '@pgspan/conventions'
import type { DashboardSpec } from '../panel-spec.js'
import { errorLabel, kindLabel, type QueryLanguage, severityLabel, stateLabel } from '../query-language.js'

export function overviewDashboard(ql: QueryLanguage): DashboardSpec {
  const duration = metrics.operationDuration
  const count = (matchers = ''): string => `sum by (job) (${ql.partRate(duration, 'count', matchers)})`
  return {
    uid: 'pgspan-overview',
    title: 'pgspan / Overview',
    description: 'Services and what they do to PostgreSQL: a line per service, with ways down.',
    hasPoolVariable: false,
    rows: [
      {
        title: 'Services',
        panels: [
          {
            kind: 'table',
            title: 'Services',
            description:
              'Calls, failures, mean time, and how full the fullest pool is. Start with the one that stands out.',
            unit: 'short',
            span: 24,
            queries: [
              { expression: count(), legend: 'Queries per second' },
              {
                expression: `(${count(`${errorLabel}!=""`)} or ${count()} * 0) / (${count()} > 0)`,
                legend: 'Failed',
                unit: 'percentunit',
              },
              { expression: ql.mean(duration, 'job'), legend: 'Mean time', unit: 's' },
              {
                expression: `max by (job) (sum by (job, instance, db_client_connection_pool_name) (${ql.series(metrics.connectionCount, `${stateLabel}!="idle"`)}) / (sum by (job, instance, db_client_connection_pool_name) (${ql.series(metrics.connectionLimit)}) > 0))`,
                legend: 'Fullest pool',
                unit: 'percentunit',
              },
            ],
          },
        ],
      },
      {
        title: 'Over time',
        panels: [
          {
            kind: 'timeseries',
            title: 'Queries per second',
            description: 'By service. A step without more requests: a new loop.',
            unit: 'ops',
            queries: [{ expression: count(), legend: '{{job}}' }],
          },
          {
            kind: 'timeseries',
            title: 'Duration, p95',
            description: 'By service. All at once: the server; one alone: its statements.',
            unit: 's',
            queries: [{ expression: ql.quantile(0.95, duration, 'job'), legend: '{{job}}' }],
          },
          {
            kind: 'timeseries',
            title: 'Wait for a connection, p95',
            description: 'By service. Above 100 ms for minutes: see Pools.',
            unit: 's',
            thresholds: [0.1, 1],
            queries: [
              { expression: ql.quantile(0.95, metrics.connectionWaitTime, 'job'), legend: '{{job}}' },
            ],
          },
          {
            kind: 'timeseries',
            title: 'Findings',
            description: 'Warnings and worse, by service and kind. See Insights.',
            unit: 'ops',
            fault: 'n_plus_one',
            queries: [
              {
                expression: `sum by (job, ${kindLabel}) (${ql.rate(metrics.findings, `${severityLabel}!="info"`)})`,
                legend: `{{job}} {{${kindLabel}}}`,
              },
            ],
          },
        ],
      },
    ],
  }
}
