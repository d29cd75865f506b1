/** What a panel shows, before it is written for Grafana. */
export interface PanelSpec {
  readonly kind: 'timeseries' | 'stat' | 'heatmap' | 'table'
  readonly title: string
  /** What it means, and when to act. */
  readonly description: string
  /** Grafana's id of the unit. */
  readonly unit: string
  readonly queries: readonly PanelQuery[]
  /** From which value on it is a warning, and critical. */
  readonly thresholds?: readonly [warning: number, critical: number]
  readonly decimals?: number
  /** Of 24 columns; by default 12, and 4 for a stat. */
  readonly span?: number
  /** By default 4 for a stat, 9 for a table, and 8. */
  readonly height?: number
  /** Series lie upon each other. */
  readonly isStacked?: boolean
  /**
   * What has to happen before there is anything to show; undefined for what a healthy service under load shows. A test makes
   * each happen.
   */
  readonly fault?: Fault
}

export interface PanelQuery {
  readonly expression: string
  /** Grafana's template, such as `{{job}}`; the column's title in tables. */
  readonly legend: string
  /** Of the column, in tables; by default the panel's. */
  readonly unit?: string
  readonly decimals?: number
  /** In a stacked panel, a dashed line that is not stacked: what the others are compared with. */
  readonly isBound?: boolean
}

export type Fault =
  | 'errors'
  | 'n_plus_one'
  | 'slow_queries'
  | 'pool_exhausted'
  | 'churn'
  | 'leak'
  | 'deadlock'
  | 'database_down'
  | 'dirty_release'
  | 'server_figures'

export interface RowSpec {
  readonly title: string
  readonly panels: readonly PanelSpec[]
}

/** A dashboard, before it is written for Grafana. */
export interface DashboardSpec {
  /** Of its file and its address. */
  readonly uid: string
  readonly title: string
  readonly description: string
  /** A query for the values of the variable `pool`, if the dashboard has one. */
  readonly hasPoolVariable: boolean
  readonly rows: readonly RowSpec[]
}
