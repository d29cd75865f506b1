import type { Attributes, Context } from '@opentelemetry/api'
import { type Exemplar, offered, type ScrapeCount } from './exemplar.js'

/** One number under one set of attributes: a sum, or the last that was set. */
export class NumberSeries {
  readonly attributes: Attributes
  value = 0
  exemplar: Exemplar | undefined = undefined

  constructor(attributes: Attributes) {
    this.attributes = attributes
  }

  add(value: number): void {
    this.value += value
  }

  /** As {@link add}, of what counts something. */
  count(value: number, context: Context | undefined, scrapes: ScrapeCount): void {
    this.value += value
    if (value > 0) this.exemplar = offered(this.exemplar, value, context, scrapes)
  }

  set(value: number): void {
    this.value = value
  }
}
