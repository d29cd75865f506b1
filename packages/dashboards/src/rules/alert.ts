import type { Duration } from './rule-language.js'

/** An alert, before it is written for Prometheus. */
export interface Alert {
  readonly name: string
  readonly expression: string
  readonly hold: Duration
  readonly severity: 'warning' | 'critical'
  /** One line, with `{{ $labels.… }}`. */
  readonly summary: string
  /** What it means for users, and where to look first. */
  readonly description: string
  /** The dashboard that shows it, and the variables to open it with. */
  readonly dashboard: 'pgspan-overview' | 'pgspan-pools' | 'pgspan-queries' | 'pgspan-insights'
}

/** A series that is computed once and used often. */
export interface Recording {
  readonly record: string
  readonly expression: string
}
