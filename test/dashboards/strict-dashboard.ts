import type {
  Dashboard,
  FieldConfig,
  FieldConfigSource,
  Panel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import type * as stat from '@grafana/grafana-foundation-sdk/stat'
import type * as table from '@grafana/grafana-foundation-sdk/table'
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'

/**
 * A dashboard as Grafana's types have it, also where those say `any`: the options, the settings of fields and the queries of
 * each kind of panel that we use.
 */
export interface StrictDashboard extends Omit<Dashboard, 'panels'> {
  readonly panels: readonly (
    | RowPanel
    | PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>
    | PanelOf<'stat', stat.Options, Record<string, never>>
    | PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>
    | PanelOf<'table', table.Options, table.FieldConfig>
  )[]
}

interface PanelOf<Type extends string, Options, Custom>
  extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  readonly type: Type
  /** What is left out has its default. */
  readonly options?: Partial<Options>
  readonly fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    readonly defaults: Omit<FieldConfig, 'custom'> & { readonly custom?: Partial<Custom> }
  }
  readonly targets: readonly Dataquery[]
}
