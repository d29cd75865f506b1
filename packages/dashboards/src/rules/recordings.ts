import { metrics } from '@pgspan/conventions'
import { byPool, errorLabel, poolLabel, stateLabel } from '../query-language.js'
import type { Recording } from './alert.js'
import type { Duration, RuleLanguage } from './rule-language.js'

export const utilization = 'job_instance_pool:pgspan_pool_utilization:ratio'
export const waitP95 = 'job_pool:pgspan_pool_wait_seconds:p95_5m'
export const demand = 'job_instance_pool:pgspan_pool_demand:connections_5m'

/** Queries that were slow or failed, of all. */
export function slowOrFailed(window: Duration): string {
  return `job:pgspan_slow_or_failed:ratio_${window}`
}

export const burnWindows: readonly Duration[] = ['5m', '30m', '1h', '6h']

/** What several alerts and dashboards use. A share of nothing is no share: where nothing happened there is no series. */
export function recordings(ql: RuleLanguage): readonly Recording[] {
  const busy = ql.series(metrics.connectionCount, `${stateLabel}!="idle"`)
  const five = ql.window('5m')
  return [
    {
      record: utilization,
      expression: `sum by (${byPool}) (${busy}) / (sum by (${byPool}) (${ql.series(metrics.connectionLimit)}) > 0)`,
    },
    {
      record: waitP95,
      expression: `histogram_quantile(0.95, sum by (job, ${poolLabel}, le) (${ql.partRate(metrics.connectionWaitTime, 'bucket', '', five)})) >= 0`,
    },
    { record: demand, expression: `sum by (${byPool}) (${ql.rate(metrics.inUseTime, '', five)})` },
    ...burnWindows.map((window) => ({
      record: slowOrFailed(window),
      expression: slowOrFailedShare(ql, ql.window(window)),
    })),
  ]
}

function slowOrFailedShare(ql: RuleLanguage, window: Duration): string {
  const fast = `le="${ql.settings.objectiveSeconds}", ${errorLabel}=""`
  const sum = (part: 'bucket' | 'count', matchers: string): string =>
    `sum by (job) (${ql.partRate(metrics.operationDuration, part, matchers, window)})`
  return `1 - ((${sum('bucket', fast)} or ${sum('count', '')} * 0) / (${sum('count', '')} > 0))`
}
