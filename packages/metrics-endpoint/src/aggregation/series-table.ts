import type { Attributes } from '@opentelemetry/api'
import { areFixed, attributeKey } from './attribute-key.js'

/** What all series beyond the limit are counted as; the specification names it. */
export const overflowAttributes: Attributes = Object.freeze({ 'otel.metric.overflow': true })
const none: Attributes = Object.freeze({})

/**
 * The series of one metric, by their attributes: at most `maximum`, of which the last takes all that come later.
 *
 * Attributes that are one frozen object are found by its identity, without a text being made of them and without
 * allocation; that costs a tenth.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#cardinality-limits
 */
export class SeriesTable<Series> {
  readonly #make: (attributes: Attributes) => Series
  readonly #maximum: number
  readonly #onOverflow: () => void
  readonly #byKey: Map<string, Series> = new Map()
  readonly #byIdentity: WeakMap<Attributes, Series> = new WeakMap()
  #overflow: Series | undefined = undefined

  /** @param onOverflow called once. */
  constructor(make: (attributes: Attributes) => Series, maximum: number, onOverflow: () => void) {
    this.#make = make
    this.#maximum = maximum
    this.#onOverflow = onOverflow
  }

  of(attributes: Attributes | undefined): Series {
    // Applications without types pass null.
    const given = attributes ?? none
    return this.#byIdentity.get(given) ?? this.#find(given)
  }

  /** In the order in which they appeared. */
  *all(): IterableIterator<Series> {
    yield* this.#byKey.values()
    if (this.#overflow !== undefined) yield this.#overflow
  }

  #find(attributes: Attributes): Series {
    const series = this.#byText(attributes)
    if (areFixed(attributes)) this.#byIdentity.set(attributes, series)
    return series
  }

  #byText(attributes: Attributes): Series {
    const key = attributeKey(attributes)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    if (this.#byKey.size >= this.#maximum - 1) {
      if (this.#overflow === undefined) this.#onOverflow()
      this.#overflow ??= this.#make(overflowAttributes)
      return this.#overflow
    }
    const made = this.#make({ ...attributes })
    this.#byKey.set(key, made)
    return made
  }
}
