import type {
  Attributes,
  Context,
  Counter,
  Gauge,
  Histogram,
  Observable,
  ObservableCallback,
  UpDownCounter,
} from '@opentelemetry/api'
import type { MetricStream } from './metric-stream.js'

export class EndpointCounter implements Counter {
  readonly #stream: MetricStream

  constructor(stream: MetricStream) {
    this.#stream = stream
  }

  add(value: number, attributes?: Attributes, context?: Context): void {
    const taken = this.#stream.taken(value)
    if (taken !== undefined) this.#stream.numbers.of(attributes).count(taken, context, this.#stream.scrapes)
  }
}

export class EndpointUpDownCounter implements UpDownCounter {
  readonly #stream: MetricStream

  constructor(stream: MetricStream) {
    this.#stream = stream
  }

  add(value: number, attributes?: Attributes): void {
    const taken = this.#stream.taken(value)
    if (taken !== undefined) this.#stream.numbers.of(attributes).add(taken)
  }
}

export class EndpointGauge implements Gauge {
  readonly #stream: MetricStream

  constructor(stream: MetricStream) {
    this.#stream = stream
  }

  record(value: number, attributes?: Attributes): void {
    const taken = this.#stream.taken(value)
    if (taken !== undefined) this.#stream.numbers.of(attributes).set(taken)
  }
}

export class EndpointHistogram implements Histogram {
  readonly #stream: MetricStream

  constructor(stream: MetricStream) {
    this.#stream = stream
  }

  record(value: number, attributes?: Attributes, context?: Context): void {
    const taken = this.#stream.taken(value)
    if (taken !== undefined) this.#stream.histograms.of(attributes).record(taken, context)
  }
}

/** An instrument that is read when somebody scrapes. */
export class EndpointObservable implements Observable {
  readonly stream: MetricStream
  readonly callbacks: Set<ObservableCallback> = new Set()

  constructor(stream: MetricStream) {
    this.stream = stream
  }

  addCallback(callback: ObservableCallback): void {
    this.callbacks.add(callback)
  }

  removeCallback(callback: ObservableCallback): void {
    this.callbacks.delete(callback)
  }
}
