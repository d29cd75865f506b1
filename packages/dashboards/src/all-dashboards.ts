import { insightsDashboard } from './dashboards/insights.js'
import { overviewDashboard } from './dashboards/overview.js'
import { poolsDashboard } from './dashboards/pools.js'
import { queriesDashboard } from './dashboards/queries.js'
import type { DashboardSpec } from './panel-spec.js'
import { checkFlavour, type Flavour } from './prometheus-names.js'
import { poolLabel, QueryLanguage } from './query-language.js'

/** What every selector of every panel begins with. */
export const dashboardSelection = 'job=~"$job", instance=~"$instance"'

/**
 * Every dashboard, with the names of one flavour.
 *
 * @throws TypeError for a flavour that there is not.
 */
export function dashboardSpecs(flavour: Flavour): readonly DashboardSpec[] {
  checkFlavour(flavour)
  const ql = new QueryLanguage(flavour, dashboardSelection, '$__rate_interval')
  const pools = new QueryLanguage(flavour, `${dashboardSelection}, ${poolLabel}=~"$pool"`, '$__rate_interval')
  return [overviewDashboard(ql), poolsDashboard(pools, ql), queriesDashboard(ql), insightsDashboard(ql)]
}
