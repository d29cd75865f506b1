import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
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

/** The variable that holds the data source. */
export const datasource: DataSourceRef = { type: 'prometheus', uid: '$datasource' }

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
    .height(heights[spec.kind])
    .targets(spec.queries.map((_, n) => grafanaQuery(spec, n)))
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  if (spec.thresholds !== undefined) panel.thresholds(thresholds(spec.thresholds))
  return panel
}

function builderOf(spec: PanelSpec): AnyPanelBuilder {
  switch (spec.kind) {
    case 'stat':
      return (
        new StatBuilder()
          .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
          // Without anything to count there is nothing to see, which is well.
          .noValue('0')
      )
    case 'heatmap':
      return new HeatmapBuilder()
        .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64))
        .yAxis(new YAxisConfigBuilder().unit(spec.unit))
        .filterValues({ build: () => ({ le: 1e-9 }) })
    case 'table':
      return new TableBuilder().withTransformation({ id: 'merge', options: {} }).withTransformation({
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          renameByName: Object.fromEntries(
            spec.queries.map(({ legend }, n) => [`Value #${refId(n)}`, legend]),
          ),
        },
      })
    case 'timeseries': {
      const panel = new TimeseriesBuilder()
        .min(0)
        .fillOpacity(spec.isStacked ? 25 : 8)
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      if (spec.isStacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
      if (spec.thresholds !== undefined) {
        panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
      }
      return panel
    }
  }
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
