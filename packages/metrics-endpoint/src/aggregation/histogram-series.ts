import type { Attributes, Context } from '@opentelemetry/api'
import { type Exemplar, offered, type ScrapeCount } from './exemplar.js'

/** What was recorded under one set of attributes, in buckets with upper bounds. */
export class HistogramSeries {
  readonly attributes: Attributes
  /** In rising order; the bucket after the last has none. */
  readonly boundaries: readonly number[]
  /** Of each bucket alone. */
  readonly counts: number[]
  readonly exemplars: (Exemplar | undefined)[]
  sum = 0
  readonly #scrapes: ScrapeCount

  constructor(attributes: Attributes, boundaries: readonly number[], scrapes: ScrapeCount) {
    this.attributes = attributes
    this.boundaries = boundaries
    this.counts = new Array(boundaries.length + 1).fill(0)
    this.exemplars = new Array(boundaries.length + 1).fill(undefined)
    this.#scrapes = scrapes
  }

  record(value: number, context: Context | undefined): void {
    const { boundaries, counts, exemplars } = this
    let bucket = 0
    while (bucket < boundaries.length && value > (boundaries[bucket] ?? Infinity)) bucket++
    counts[bucket] = (counts[bucket] ?? 0) + 1
    this.sum += value
    exemplars[bucket] = offered(exemplars[bucket], value, context, this.#scrapes)
  }
}
