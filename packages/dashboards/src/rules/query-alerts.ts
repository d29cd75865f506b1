import { metrics } from '@pgspan/conventions'
import { errorLabel, kindLabel, poolLabel, type QueryLanguage } from '../query-language.js'
import type { Alert } from './alert.js'
import { slowOrFailed } from './recordings.js'
import type { Duration, RuleLanguage } from './rule-language.js'

/** Alerts about queries that fail or are slow. */
export function queryAlerts(ql: RuleLanguage): readonly Alert[] {
  const five = ql.window('5m')
  const count = (matchers = ''): string =>
    `sum by (job) (${ql.partRate(metrics.operationDuration, 'count', matchers, five)})`
  return [
    {
      name: 'PgspanQueryErrors',
      expression: `(${count(`${errorLabel}!=""`)} / (${count()} > 0.1)) > 0.05`,
      hold: ql.hold('5m'),
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the queries of {{ $labels.job }} fail.',
      description: 'The dashboard says which SQLSTATE; expected unique violations count as well.',
      dashboard: 'pgspan-queries',
    },
    burn(ql, 'PgspanQueryBurnFast', 14.4, ['1h', '5m'], 'critical', 'in two days'),
    burn(ql, 'PgspanQueryBurnSlow', 6, ['6h', '30m'], 'warning', 'in five days'),
  ]
}

/**
 * A month's budget of slow and failed queries is used up too fast, over a long window and still over a short one.
 *
 * @see https://sre.google/workbook/alerting-on-slos/
 */
function burn(
  ql: RuleLanguage,
  name: string,
  factor: number,
  windows: readonly [Duration, Duration],
  severity: Alert['severity'],
  spent: string,
): Alert {
  const { objectiveShare, objectiveSeconds } = ql.settings
  const most = Number((factor * (1 - objectiveShare)).toPrecision(6))
  const [long, short] = windows
  return {
    name,
    expression: `(${slowOrFailed(long)} > ${most}) and (${slowOrFailed(short)} > ${most})`,
    hold: ql.hold('0m'),
    severity,
    summary: `{{ $value | humanizePercentage }} of the queries of {{ $labels.job }} fail or take more than ${objectiveSeconds} s.`,
    description: `At this rate a month’s budget of ${Number(((1 - objectiveShare) * 100).toPrecision(3))} % is spent ${spent}.`,
    dashboard: 'pgspan-queries',
  }
}

/** Alerts about what a deploy may have brought. */
export function insightAlerts(ql: RuleLanguage): readonly Alert[] {
  return [
    rise(ql, 'PgspanNPlusOneRise', 'n_plus_one', 'N+1 queries'),
    rise(ql, 'PgspanSlowQueryRise', 'slow_query', 'slow queries'),
    {
      name: 'PgspanIdleInTransaction',
      expression: `(max by (job, server_address, db_namespace) (${ql.series(metrics.serverOldestIdleInTransaction)}) > ${ql.seconds('1m')}) or (sum by (job, db_namespace) (${ql.growth(metrics.findings, `${kindLabel}="idle_in_transaction"`, ql.window('15m'))}) > 0)`,
      hold: ql.hold('0m'),
      severity: 'warning',
      summary: 'A transaction of {{ $labels.job }} stays open with nothing running.',
      description:
        'It holds its locks and keeps vacuum from its work. The finding says what the application did meanwhile.',
      dashboard: 'pgspan-insights',
    },
  ]
}

/** More than twice as many per query as an hour ago, and not just one; where there was none, any rate above one a minute. */
function rise(ql: RuleLanguage, name: string, kind: string, what: string): Alert {
  const window = ql.window('15m')
  const perSecond = (earlier: string): string =>
    `sum by (job) (${ql.rate(metrics.findings, `${kindLabel}="${kind}"`, window, earlier)})`
  const [found, foundBefore] = [perSecond(''), perSecond(ql.window('1h'))]
  return {
    name,
    expression: `(${found} > 1 / ${ql.seconds('1m')}) and ((${found} > 2 * ${foundBefore}) or (${found} unless on (job) ${foundBefore}))`,
    hold: ql.hold('10m'),
    severity: 'warning',
    summary: `{{ $labels.job }} makes more than twice as many ${what} as an hour ago.`,
    description:
      'Compare with what was deployed. The log events pgspan.finding name routes, lines and fixes.',
    dashboard: 'pgspan-insights',
  }
}

/** Alerts about limits and about telemetry itself. */
export function fleetAlerts(ql: RuleLanguage): readonly Alert[] {
  const place = 'server_address, server_port'
  const limits = ql.series(metrics.connectionLimit)
  return [
    {
      name: 'PgspanPoolLimitsAboveServer',
      expression: `sum by (${place}) (${limits}) > on (${place}) max by (${place}) (${ql.series(metrics.serverConnectionLimit)})`,
      hold: ql.hold('5m'),
      severity: 'warning',
      summary:
        'The pools that lead to {{ $labels.server_address }} may open {{ $value }} connections, more than it takes.',
      description:
        'Under load some will be refused with SQLSTATE 53300. Lower the limits, or put a pooler between.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanTelemetryMissing',
      expression: `(count by (job) (${limits} offset ${ql.window('1h')}) unless on (job) count by (job) (${limits})) and on (job) (max by (job) (up) == 1)`,
      hold: ql.hold('10m'),
      severity: 'warning',
      summary: '{{ $labels.job }} runs, and its pools have not been seen for a while.',
      description:
        'pgspan was not loaded before pg, the exporter fails, or the service no longer uses the database.',
      dashboard: 'pgspan-overview',
    },
  ]
}

/** Where an alert leads, with what it is about: a pool's name may have a `#`. */
export function dashboardLink(
  ql: QueryLanguage & { readonly settings: { readonly grafanaUrl: string } },
  { dashboard }: Alert,
): string {
  const variable = (name: string, label: string): string =>
    `{{ with $labels.${label} }}&var-${name}={{ . | urlquery }}{{ end }}`
  const pool = dashboard === 'pgspan-pools' ? variable('pool', poolLabel) : ''
  return `${ql.settings.grafanaUrl}/d/${dashboard}?from=now-1h&to=now${variable('job', 'job')}${pool}`
}
