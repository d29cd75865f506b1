import type { Attributes, Meter, MeterOptions, MeterProvider } from '@opentelemetry/api'
import { processResource } from '../process-resource.js'
import { EndpointMeter } from './endpoint-meter.js'
import type { Scope, StreamSettings } from './metric-stream.js'
import { type ObservedSeries, observe } from './observation.js'

/**
 * OpenTelemetry's metrics api, aggregated in this process for whoever scrapes: cumulative, with the buckets that
 * instruments advise, at most so many series per metric.
 */
export class EndpointMeterProvider implements MeterProvider {
  readonly #meters: Map<string, EndpointMeter> = new Map()
  readonly #settings: StreamSettings
  #resource: (() => Attributes) | undefined = undefined

  constructor(maximumSeries: number) {
    this.#settings = { maximumSeries, scrapes: { count: 0 } }
  }

  /** What this process is. */
  get resource(): Attributes {
    return (this.#resource ?? processResource)()
  }

  /** Says what this process is, unless somebody has. @param resource asked at each scrape. */
  describeProcess(resource: () => Attributes): void {
    this.#resource ??= resource
  }

  getMeter(name: string, version?: string, { schemaUrl }: MeterOptions = {}): Meter {
    const key = JSON.stringify([name, version, schemaUrl])
    const known = this.#meters.get(key)
    if (known !== undefined) return known
    const made = new EndpointMeter({ name, version, schemaUrl }, this.#settings)
    this.#meters.set(key, made)
    return made
  }

  /** As {@link read}, for somebody who takes exemplars: those from here on are for the next scrape. */
  async collect(): Promise<readonly ObservedSeries[]> {
    const series = await this.read()
    this.#settings.scrapes.count++
    return series
  }

  /**
   * All series of now; observables are asked. What a callback throws is reported once and hurts no other.
   *
   * @param isWanted leaves out scopes.
   */
  async read(isWanted: (scope: Scope) => boolean = () => true): Promise<readonly ObservedSeries[]> {
    const meters = [...this.#meters.values()].filter(({ scope }) => isWanted(scope))
    const observed = await observe(meters)
    return meters.flatMap((meter) =>
      [...meter.streams].map((stream) => ({ stream, numbers: observed.get(stream) ?? stream.numbers })),
    )
  }

  /** Nothing waits here: whoever calls it on the global provider, which this may be, is answered. */
  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
