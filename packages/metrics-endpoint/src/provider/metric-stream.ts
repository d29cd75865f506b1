import { type Attributes, diag, type MetricOptions, ValueType } from '@opentelemetry/api'
import type { ScrapeCount } from '../aggregation/exemplar.js'
import { HistogramSeries } from '../aggregation/histogram-series.js'
import { NumberSeries } from '../aggregation/number-series.js'
import { SeriesTable } from '../aggregation/series-table.js'

export type StreamKind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram'

/** Who made an instrument. */
export interface Scope {
  readonly name: string
  readonly version: string | undefined
  readonly schemaUrl: string | undefined
}

/** What all streams of a provider have in common. */
export interface StreamSettings {
  /** Series per metric. */
  readonly maximumSeries: number
  readonly scrapes: ScrapeCount
}

/** What the specification has for histograms without advice. */
const defaultBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000]

/** One metric of one scope, with all its series. */
export class MetricStream {
  readonly scope: Scope
  readonly name: string
  readonly kind: StreamKind
  readonly isObserved: boolean
  readonly unit: string
  readonly description: string
  /** Milliseconds since 1970. */
  readonly startedAt: number = Date.now()
  readonly scrapes: ScrapeCount
  readonly histograms: SeriesTable<HistogramSeries>
  readonly numbers: SeriesTable<NumberSeries>
  readonly isInteger: boolean
  readonly #maximumSeries: number
  #hasOverflown = false

  constructor(
    scope: Scope,
    name: string,
    kind: StreamKind,
    isObserved: boolean,
    options: MetricOptions,
    { maximumSeries, scrapes }: StreamSettings,
  ) {
    this.scope = scope
    this.name = name
    this.kind = kind
    this.isObserved = isObserved
    this.unit = options.unit ?? ''
    this.description = options.description ?? ''
    this.scrapes = scrapes
    this.isInteger = options.valueType === ValueType.INT
    this.#maximumSeries = maximumSeries
    const boundaries = boundariesOf(options)
    this.histograms = this.#table((attributes) => new HistogramSeries(attributes, boundaries, scrapes))
    this.numbers = this.newNumbers()
  }

  /** For what is observed anew at each scrape. */
  newNumbers(): SeriesTable<NumberSeries> {
    return this.#table((attributes) => new NumberSeries(attributes))
  }

  /** The value as it is recorded; undefined for one that this metric does not take. */
  taken(value: number): number | undefined {
    if (typeof value !== 'number' || Number.isNaN(value)) return undefined
    if (value < 0 && (this.kind === 'counter' || this.kind === 'histogram')) return undefined
    return this.isInteger ? Math.trunc(value) : value
  }

  #table<Series>(make: (attributes: Attributes) => Series): SeriesTable<Series> {
    return new SeriesTable(make, this.#maximumSeries, () => this.#warnOfOverflow())
  }

  #warnOfOverflow(): void {
    if (this.#hasOverflown) return
    this.#hasOverflown = true
    diag.warn(
      `pgspan: ${this.name} has ${this.#maximumSeries} series; further ones are counted together, under otel_metric_overflow="true"`,
    )
  }
}

function boundariesOf({ advice }: MetricOptions): readonly number[] {
  const given = advice?.explicitBucketBoundaries ?? defaultBoundaries
  return [...new Set(given)].filter((boundary) => Number.isFinite(boundary)).sort((a, b) => a - b)
}
