import { metrics } from '@pgspan/conventions'
import type { DashboardSpec, RowSpec } from '../panel-spec.js'
import { errorLabel, namespaceLabel, type QueryLanguage, summaryLabel } from '../query-language.js'

const duration = metrics.operationDuration

export function queriesDashboard(ql: QueryLanguage): DashboardSpec {
  return {
    uid: 'pgspan-queries',
    title: 'pgspan / Queries',
    description: 'Queries by statement: which one, how often, how long, how often in vain?',
    hasPoolVariable: false,
    rows: [rates(ql), statements(ql)],
  }
}

function rates(ql: QueryLanguage): RowSpec {
  const count = (matchers = ''): string => `sum(${ql.partRate(duration, 'count', matchers)})`
  return {
    title: 'Rate, errors, duration',
    panels: [
      {
        kind: 'timeseries',
        title: 'Queries per second',
        description: 'By database. A step after a deploy without more requests: a new loop; see Insights.',
        unit: 'ops',
        queries: [
          {
            expression: `sum by (${namespaceLabel}) (${ql.partRate(duration, 'count')})`,
            legend: `{{${namespaceLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Failed queries, by SQLSTATE',
        description:
          '40001 and 40P01 are to be retried; 57014 is a timeout; 53300 a full server; 08 and E… the network.',
        unit: 'ops',
        isStacked: true,
        fault: 'errors',
        queries: [
          {
            expression: `sum by (${errorLabel}) (${ql.partRate(duration, 'count', `${errorLabel}!=""`)})`,
            legend: `{{${errorLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Share of failed queries',
        description: 'Of all queries. Unique violations that the application expects count as well.',
        unit: 'percentunit',
        thresholds: [0.01, 0.05],
        queries: [
          {
            expression: `(${count(`${errorLabel}!=""`)} or ${count()} * 0) / (${count()} > 0)`,
            legend: 'failed',
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Duration, p50, p95 and p99',
        description:
          'From the call to the result, with the wait for the client’s turn. p95 far above p50: some statements; see below which.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((quantile) => ({
          expression: ql.quantile(quantile, duration, ''),
          legend: `p${quantile * 100}`,
        })),
      },
      {
        kind: 'heatmap',
        title: 'Duration, distribution',
        description:
          'How many queries took how long. Points are examples of traces, where the metrics endpoint has them.',
        unit: 's',
        span: 24,
        queries: [{ expression: `sum by (le) (${ql.partRate(duration, 'bucket')})`, legend: '{{le}}' }],
      },
    ],
  }
}

function statements(ql: QueryLanguage): RowSpec {
  const by = `${namespaceLabel}, ${summaryLabel}`
  const range = '$__range'
  const sum = (part: 'sum' | 'count'): string =>
    `sum by (${by}) (${ql.partIncrease(duration, part, '', range)})`
  return {
    title: 'Statements',
    panels: [
      {
        kind: 'table',
        title: 'By time of the database',
        description:
          'Seconds that each statement took in the time range: where an improvement pays most. Many calls of little each may be a loop.',
        unit: 'short',
        span: 24,
        height: 12,
        queries: [
          { expression: `topk(20, ${sum('sum')})`, legend: 'Time', unit: 's' },
          { expression: `${sum('count')} and topk(20, ${sum('sum')})`, legend: 'Calls', decimals: 0 },
          {
            expression: `(${sum('sum')} / (${sum('count')} > 0)) and topk(20, ${sum('sum')})`,
            legend: 'Mean time',
            unit: 's',
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'p95 of the statements that take most',
        description:
          'The ten with the most time. One that climbs by itself: its plan has changed, or its table has grown.',
        unit: 's',
        queries: [
          {
            expression: `${ql.quantile(0.95, duration, summaryLabel)} and on (${summaryLabel}) topk(10, sum by (${summaryLabel}) (${ql.partRate(duration, 'sum')}))`,
            legend: `{{${summaryLabel}}}`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Calls of the statements that are called most',
        description: 'The ten with the most calls. A step after a deploy: a new loop.',
        unit: 'ops',
        queries: [
          {
            expression: `topk(10, sum by (${summaryLabel}) (${ql.partRate(duration, 'count')}))`,
            legend: `{{${summaryLabel}}}`,
          },
        ],
      },
    ],
  }
}
