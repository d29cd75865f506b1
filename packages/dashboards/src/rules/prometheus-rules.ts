import { stringify } from 'yaml'
import type { Alert } from './alert.js'
import { holdAlerts, waitAlerts } from './pool-alerts.js'
import { dashboardLink, fleetAlerts, insightAlerts, queryAlerts } from './query-alerts.js'
import { recordings } from './recordings.js'
import { RuleLanguage } from './rule-language.js'
import { type RuleOptions, resolveRuleOptions } from './rule-options.js'

const runbooks = 'https://github.com/pgspan/pgspan/blob/main/docs/runbooks'

/** A file of rules, as Prometheus reads it. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string
    readonly rules: readonly Readonly<Record<string, unknown>>[]
  }[]
}

/**
 * Recording and alerting rules.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function prometheusRules(options: RuleOptions = {}): RuleFile {
  const ql = new RuleLanguage(resolveRuleOptions(options))
  const alerts = [
    ['pgspan.pools', [...waitAlerts(ql), ...holdAlerts(ql)]],
    ['pgspan.queries', queryAlerts(ql)],
    ['pgspan.insights', insightAlerts(ql)],
    ['pgspan.fleet', fleetAlerts(ql)],
  ] as const
  return {
    groups: [
      {
        name: 'pgspan.recording',
        rules: recordings(ql).map(({ record, expression }) => ({ record, expr: expression })),
      },
      ...alerts.map(([name, group]) => ({ name, rules: group.map((alert) => alertRule(ql, alert)) })),
    ],
  }
}

/** The same as YAML. */
export function rulesYaml(options: RuleOptions = {}): string {
  return stringify(prometheusRules(options), { lineWidth: 0 })
}

/** The name of an alert's page in docs/runbooks. */
export function runbookName(alert: string): string {
  return alert
    .replace(/^Pgspan/, '')
    .replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`)
}

function alertRule(ql: RuleLanguage, alert: Alert): Readonly<Record<string, unknown>> {
  return {
    alert: alert.name,
    expr: alert.expression,
    ...(Number.parseInt(alert.hold, 10) > 0 && { for: alert.hold }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${runbooks}/${runbookName(alert.name)}.md`,
      dashboard: dashboardLink(ql, alert),
    },
  }
}
