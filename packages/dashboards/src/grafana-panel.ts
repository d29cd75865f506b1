import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { PanelSpec } from './panel-spec.js'
import { kindLabel, namespaceLabel, severityLabel, summaryLabel } from './query-language.js'

/** The variable that holds the data source. */
export const datasource: DataSourceRef = { type: 'prometheus', uid: '$datasource' }

/** What columns of tables are called. */
const labelTitles = {
  job: 'Service',
  [namespaceLabel]: 'Database',
  [summaryLabel]: 'Statement',
  [kindLabel]: 'Kind',
  [severityLabel]: 'Severity',
}

/** What an empty panel says. */
const noData = 'No data: does Prometheus scrape the service, and has it had traffic in this time range?'
const nothingHappened = 'None in this time range'

type AnyPanelBuilder = TimeseriesBuilder | StatBuilder | HeatmapBuilder | TableBuilder

const heights = { stat: 4, timeseries: 8, heatmap: 8, table: 9 }
const spans = { stat: 4, timeseries: 12, heatmap: 12, table: 24 }

/** Writes one panel as Grafana wants it. */
export function grafanaPanel(spec: PanelSpec): Builder<Panel> {
  const panel: AnyPanelBuilder = builderOf(spec)
  panel
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    .unit(spec.unit)
    .span(spec.span ?? spans[spec.kind])
    .height(spec.height ?? heights[spec.kind])
    .noValue(spec.fault === undefined ? noData : nothingHappened)
    .targets(spec.queries.map((_, n) => grafanaQuery(spec, n)))
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  if (spec.thresholds !== undefined) panel.thresholds(thresholds(spec.thresholds))
  return panel
}

function builderOf(spec: PanelSpec): AnyPanelBuilder {
  switch (spec.kind) {
    case 'stat':
      return new StatBuilder().reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    case 'heatmap':
      return new HeatmapBuilder()
        .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64))
        .yAxis(new YAxisConfigBuilder().unit(spec.unit))
        .filterValues({ build: () => ({ le: 1e-9 }) })
    case 'table':
      return tableOf(spec)
    case 'timeseries':
      return linesOf(spec)
  }
}

function linesOf(spec: PanelSpec): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .min(0)
    .fillOpacity(spec.isStacked ? 25 : 8)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (spec.isStacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  if (spec.thresholds !== undefined) {
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  }
  for (const { legend } of spec.queries.filter(({ isBound }) => isBound)) {
    panel.overrideByName(legend, [
      { id: 'custom.stacking', value: { group: 'A', mode: StackingMode.None } },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.lineStyle', value: { dash: [8, 6], fill: 'dash' } },
    ])
  }
  return panel
}

/** A line for each set of labels, those with the most of the first query first. */
function tableOf({ queries }: PanelSpec): TableBuilder {
  // With a single query there is nothing to merge, and Grafana gives its column no letter.
  const columnOf = (n: number): string => (queries.length === 1 ? 'Value' : `Value #${refId(n)}`)
  const renamed = Object.fromEntries(queries.map(({ legend }, n) => [columnOf(n), legend]))
  const table = new TableBuilder()
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true }, renameByName: { ...labelTitles, ...renamed } },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(queries[0]?.legend ?? '').desc(true)])
  for (const { legend, ...column } of queries) {
    const own = (['unit', 'decimals'] as const).filter((id) => column[id] !== undefined)
    if (own.length > 0)
      table.overrideByName(
        legend,
        own.map((id) => ({ id, value: column[id] })),
      )
  }
  return table
}

function grafanaQuery({ kind, queries }: PanelSpec, n: number): Builder<Dataquery> {
  const { expression, legend } = queries[n] ?? { expression: '', legend: '' }
  const query = new DataqueryBuilder()
    .expr(expression)
    .legendFormat(legend)
    .refId(refId(n))
    .datasource(datasource)
  if (kind === 'table') return query.instant().format(PromQueryFormat.Table)
  if (kind === 'heatmap') return query.range().format(PromQueryFormat.Heatmap).exemplar(true)
  return query.range().exemplar(kind === 'timeseries')
}

function refId(n: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + n)
}

function thresholds([warning, critical]: readonly [number, number]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: warning, color: 'orange' },
    { value: critical, color: 'red' },
  ])
}
