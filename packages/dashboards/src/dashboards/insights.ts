import { metrics } from '@pgspan/conventions'
import type { DashboardSpec } from '../panel-spec.js'
import {
  byServicePool,
  kindLabel,
  namespaceLabel,
  type QueryLanguage,
  servicePool,
  severityLabel,
} from '../query-language.js'

export function insightsDashboard(ql: QueryLanguage): DashboardSpec {
  // A service that is seen and has none has 0; one that is not seen has nothing.
  const none = `sum(${ql.series(metrics.connectionLimit)}) * 0`
  const hourly = (matchers: string): string =>
    `sum(${ql.growth(metrics.findings, matchers, '1h')}) or ${none}`
  return {
    uid: 'pgspan-insights',
    title: 'pgspan / Insights',
    description:
      'What pgspan has found: loops, slow queries, waits and leaks. Each finding’s line and fix are in its log event, in its trace and on the page.',
    hasPoolVariable: false,
    rows: [
      {
        title: 'Findings',
        panels: [
          {
            kind: 'stat',
            title: 'Critical, last hour',
            description: 'Requests with a critical finding.',
            unit: 'short',
            decimals: 0,
            span: 12,
            thresholds: [1, 10],
            queries: [{ expression: hourly(`${severityLabel}="critical"`), legend: 'critical' }],
            fault: 'deadlock',
          },
          {
            kind: 'stat',
            title: 'Warnings, last hour',
            description: 'Requests with a finding worth mending.',
            unit: 'short',
            decimals: 0,
            span: 12,
            thresholds: [1, 100],
            queries: [{ expression: hourly(`${severityLabel}="warning"`), legend: 'warnings' }],
            fault: 'n_plus_one',
          },
          {
            kind: 'timeseries',
            title: 'Findings by kind',
            description:
              'How often each kind was seen. A new band after a deploy is what the deploy brought.',
            unit: 'ops',
            isStacked: true,
            fault: 'n_plus_one',
            queries: [
              {
                expression: `sum by (${kindLabel}) (${ql.rate(metrics.findings)})`,
                legend: `{{${kindLabel}}}`,
              },
            ],
          },
          {
            kind: 'table',
            title: 'Findings of the time range',
            description:
              'How often each kind was found, also if it was only once. Routes and lines are in the log events.',
            unit: 'short',
            decimals: 0,
            span: 12,
            height: 8,
            fault: 'n_plus_one',
            queries: [
              {
                expression: `sum by (${kindLabel}, ${severityLabel}) (${ql.growth(metrics.findings, '', '$__range')}) > 0`,
                legend: 'Times',
              },
            ],
          },
        ],
      },
      {
        title: 'Loops',
        panels: [
          {
            kind: 'timeseries',
            title: 'N+1 by database',
            description:
              'Requests with a statement per row of an earlier result. The log events pgspan.finding say which route, line and column.',
            unit: 'ops',
            fault: 'n_plus_one',
            queries: [
              {
                expression: `sum by (${namespaceLabel}) (${ql.rate(metrics.findings, `${kindLabel}="n_plus_one"`)})`,
                legend: `{{${namespaceLabel}}}`,
              },
            ],
          },
          {
            kind: 'timeseries',
            title: 'Repetitions, p50 and p95',
            description:
              'How many executions a loop makes. Growing with the data: it will be slow for the largest customers first.',
            unit: 'short',
            fault: 'n_plus_one',
            queries: [0.5, 0.95].map((quantile) => ({
              expression: ql.quantile(quantile, metrics.findingRepetitions, kindLabel),
              legend: `p${quantile * 100} {{${kindLabel}}}`,
            })),
          },
        ],
      },
      {
        title: 'Time and connections',
        panels: [
          {
            kind: 'timeseries',
            title: 'Slow queries and waits',
            description: 'Executions over their threshold, and waits for a pool or for a client’s turn.',
            unit: 'ops',
            fault: 'slow_queries',
            queries: [
              {
                expression: `sum by (${kindLabel}) (${ql.rate(metrics.findings, `${kindLabel}=~"slow_query|pool_wait|queue_wait|slow_transaction"`)})`,
                legend: `{{${kindLabel}}}`,
              },
            ],
          },
          {
            kind: 'timeseries',
            title: 'Suspected leaks now',
            description:
              'Connections that are out with nothing running. The finding names the line that took each.',
            unit: 'short',
            thresholds: [1, 2],
            fault: 'leak',
            queries: [
              {
                expression: `sum by (${byServicePool}) (${ql.series(metrics.leaksSuspected)}) > 0`,
                legend: servicePool,
              },
            ],
          },
        ],
      },
    ],
  }
}
