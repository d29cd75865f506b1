import {
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  ValueType,
} from '@opentelemetry/api'
import type { MetricDefinition } from '@pgspan/conventions'

/**
 * The instruments of this package, made at their first use and made again when the meter provider changes.
 *
 * OpenTelemetry's api 1.9 has no proxy for meters: an instrument that was made before the SDK started exports
 * nothing, for ever. So nothing is made before it is needed, and the provider's identity is compared each time.
 */
export class Instruments {
  readonly #scope: string
  readonly #version: string
  #explicit: MeterProvider | undefined = undefined
  #current: MeterProvider | undefined = undefined
  #meter: Meter | undefined = undefined
  #generation = 0
  readonly #made: Map<string, Histogram | Counter> = new Map()

  constructor(scope: string, version: string) {
    this.#scope = scope
    this.#version = version
  }

  /** Replaces the global provider. */
  setMeterProvider(provider: MeterProvider): void {
    this.#explicit = provider
  }

  /** Changes when instruments have to be made again. */
  get generation(): number {
    this.#refresh()
    return this.#generation
  }

  get meter(): Meter {
    return this.#refresh()
  }

  recordSeconds(definition: MetricDefinition, millis: number, attributes: Attributes): void {
    this.#histogram(definition).record(millis / 1000, attributes)
  }

  add(definition: MetricDefinition, increment: number, attributes: Attributes): void {
    this.#counter(definition).add(increment, attributes)
  }

  #refresh(): Meter {
    const provider = this.#explicit ?? metrics.getMeterProvider()
    if (provider === this.#current && this.#meter !== undefined) return this.#meter
    this.#current = provider
    this.#generation++
    this.#made.clear()
    this.#meter = provider.getMeter(this.#scope, this.#version)
    return this.#meter
  }

  #histogram(definition: MetricDefinition): Histogram {
    const meter = this.#refresh()
    // What was made under a histogram's name is a histogram.
    let histogram = this.#made.get(definition.name) as Histogram | undefined
    if (histogram === undefined) {
      histogram = meter.createHistogram(definition.name, optionsOf(definition))
      this.#made.set(definition.name, histogram)
    }
    return histogram
  }

  #counter(definition: MetricDefinition): Counter {
    const meter = this.#refresh()
    let counter = this.#made.get(definition.name) as Counter | undefined
    if (counter === undefined) {
      counter = meter.createCounter(definition.name, optionsOf(definition))
      this.#made.set(definition.name, counter)
    }
    return counter
  }
}

/** What the metrics api wants to know of a metric. */
export function optionsOf(definition: MetricDefinition): {
  unit: string
  description: string
  valueType: ValueType
  advice?: { explicitBucketBoundaries: number[] }
} {
  return {
    unit: definition.unit,
    description: definition.description,
    valueType: definition.valueType === 'int' ? ValueType.INT : ValueType.DOUBLE,
    ...(definition.buckets && { advice: { explicitBucketBoundaries: [...definition.buckets] } }),
  }
}
