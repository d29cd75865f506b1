import {
  type Attributes,
  type Context,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  ValueType,
} from '@opentelemetry/api'
import type { MetricDefinition } from '@pgspan/conventions'
import { type ProcessState, processState } from '@pgspan/lifecycle'

/**
 * The instruments of this package, made at their first use and made again when the meter provider changes.
 *
 * OpenTelemetry's api 1.9 has no proxy for meters: an instrument that was made before the SDK started exports
 * nothing, for ever. So nothing is made before it is needed, and the provider's identity is compared each time.
 */
export class Instruments {
  readonly #scope: string
  readonly #version: string
  readonly #isShared: () => boolean
  readonly #state: ProcessState = processState()
  #explicit: MeterProvider | undefined = undefined
  #current: MeterProvider | undefined = undefined
  #meter: Meter | undefined = undefined
  #generation = 0
  readonly #counters: Map<string, Counter> = new Map()

  /** @param isShared false as long as another records the same: only one is heard by the metrics endpoint. */
  constructor(scope: string, version: string, isShared: () => boolean = () => true) {
    this.#scope = scope
    this.#version = version
    this.#isShared = isShared
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

  add(definition: MetricDefinition, increment: number, attributes: Attributes): void {
    this.#counter(definition).add(increment, attributes)
  }

  histogramOf(definition: MetricDefinition): LazyHistogram {
    return new LazyHistogram(this, definition)
  }

  /** A histogram that takes milliseconds and records seconds. */
  secondsOf(definition: MetricDefinition): SecondsHistogram {
    return new SecondsHistogram(this, definition)
  }

  #refresh(): Meter {
    const given = this.#explicit ?? metrics.getMeterProvider()
    const provider = this.#isShared() ? this.#state.meterProviders.joinedTo(given) : given
    if (provider === this.#current && this.#meter !== undefined) return this.#meter
    this.#current = provider
    this.#generation++
    this.#counters.clear()
    this.#meter = provider.getMeter(this.#scope, this.#version)
    return this.#meter
  }

  #counter(definition: MetricDefinition): Counter {
    const meter = this.#refresh()
    let counter = this.#counters.get(definition.name)
    if (counter === undefined) {
      counter = meter.createCounter(definition.name, optionsOf(definition))
      this.#counters.set(definition.name, counter)
    }
    return counter
  }
}

/** One histogram of {@link Instruments}. */
export class LazyHistogram {
  readonly #instruments: Instruments
  readonly #definition: MetricDefinition
  #meter: Meter | undefined = undefined
  #histogram: Histogram | undefined = undefined

  constructor(instruments: Instruments, definition: MetricDefinition) {
    this.#instruments = instruments
    this.#definition = definition
  }

  /** @param context whose span an exemplar leads to. */
  record(value: number, attributes: Attributes, context: Context): void {
    const { meter } = this.#instruments
    if (meter !== this.#meter || this.#histogram === undefined) {
      this.#meter = meter
      this.#histogram = meter.createHistogram(this.#definition.name, optionsOf(this.#definition))
    }
    this.#histogram.record(value, attributes, context)
  }
}

/** One that takes milliseconds. */
export class SecondsHistogram extends LazyHistogram {
  override record(millis: number, attributes: Attributes, context: Context): void {
    super.record(millis / 1000, attributes, context)
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
