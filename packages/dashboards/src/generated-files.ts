import { dashboardSpecs } from './all-dashboards.js'
import { grafanaDashboard } from './grafana-dashboard.js'
import type { Flavour } from './prometheus-names.js'
import { rulesYaml } from './rules/prometheus-rules.js'

/**
 * Everything that is generated for one flavour, by the name of its file: dashboards as JSON, and `rules.yml`.
 *
 * @throws TypeError for a flavour that there is not.
 */
export function generatedFiles(flavour: Flavour): Readonly<Record<string, string>> {
  const dashboards = dashboardSpecs(flavour).map(
    (spec) => [`${spec.uid}.json`, `${JSON.stringify(grafanaDashboard(spec, flavour), null, 2)}\n`] as const,
  )
  return { ...Object.fromEntries(dashboards), 'rules.yml': rulesYaml({ flavour }) }
}
