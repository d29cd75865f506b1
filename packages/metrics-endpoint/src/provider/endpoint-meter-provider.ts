import type { Attributes, Meter, MeterOptions, MeterProvider } from '@opentelemetry/api'
import { EndpointMeter } from './endpoint-meter.js'
import type { StreamSettings } from './metric-stream.js'
import { type ObservedSeries, observe } from './observation.js'

/**
 * OpenTelemetry's metrics api, aggregated in this process for whoever scrapes: cumulative, with the buckets that
 * instruments advise, at most so many series per metric.
 */
export class EndpointMeterProvider implements MeterProvider {
  readonly #meters: Map<string, EndpointMeter> = new Map()
  readonly #settings: StreamSettings
  readonly #resource: () => Attributes

  /** @param resource asked at each scrape. */
  constructor(maximumSeries: number, resource: () => Attributes) {
    this.#settings = { maximumSeries, scrapes: { count: 0 } }
    this.#resource = resource
  }

  /** What this process is. */
  get resource(): Attributes {
    return this.#resource()
  }

  getMeter(name: string, version?: string, { schemaUrl }: MeterOptions = {}): Meter {
    const key = JSON.stringify([name, version, schemaUrl])
    const known = this.#meters.get(key)
    if (known !== undefined) return known
    const made = new EndpointMeter({ name, version, schemaUrl }, this.#settings)
    this.#meters.set(key, made)
    return made
  }

  /** All series of now; observables are asked. What a callback throws is reported once and hurts no other. */
  async collect(): Promise<readonly ObservedSeries[]> {
    const meters = [...this.#meters.values()]
    const observed = await observe(meters)
    // Exemplars that are taken from here on are for the next scrape.
    this.#settings.scrapes.count++
    return meters.flatMap((meter) =>
      [...meter.streams].map((stream) => ({ stream, numbers: observed.get(stream) ?? stream.numbers })),
    )
  }

  /** Nothing waits here: whoever calls it on the global provider, which this may be, is answered. */
  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
