import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { metrics } from '@pgspan/conventions'
import { datasource, grafanaPanel } from './grafana-panel.js'
import type { DashboardSpec } from './panel-spec.js'
import { type Flavour, prometheusName } from './prometheus-names.js'
import { poolLabel } from './query-language.js'

const tag = 'pgspan'

/** Writes a dashboard as Grafana imports and provisions it. */
export function grafanaDashboard(spec: DashboardSpec, flavour: Flavour): Dashboard {
  const dashboard = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([tag, 'postgresql'])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('pgspan')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .includeVars(true)
        .keepTime(true)
        .asDropdown(false),
    )
    .variables(variables(spec, flavour))
  for (const { title, panels } of spec.rows) {
    dashboard.withRow(new RowBuilder(title))
    for (const panel of panels) dashboard.withPanel(grafanaPanel(panel))
  }
  const built = dashboard.build()
  // Grafana numbers panels when it saves them; what is provisioned needs its numbers at once.
  built.panels?.forEach((panel, n) => {
    panel.id = n + 1
  })
  return built
}

function variables({ hasPoolVariable }: DashboardSpec, flavour: Flavour) {
  // Every process has it, from its first pool on.
  const seen = prometheusName(metrics.connectionLimit, flavour)
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    labelVariable('job', `label_values(${seen}, job)`),
    labelVariable('instance', `label_values(${seen}{job=~"$job"}, instance)`),
    ...(hasPoolVariable
      ? [labelVariable('pool', `label_values(${seen}{job=~"$job", instance=~"$instance"}, ${poolLabel})`)]
      : []),
  ]
}

function labelVariable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(name)
    .query(query)
    .datasource(datasource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}
