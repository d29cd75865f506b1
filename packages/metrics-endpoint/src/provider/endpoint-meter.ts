import {
  type BatchObservableCallback,
  type Counter,
  diag,
  type Gauge,
  type Histogram,
  type Meter,
  type MetricOptions,
  type Observable,
  type UpDownCounter,
} from '@opentelemetry/api'
import {
  EndpointCounter,
  EndpointGauge,
  EndpointHistogram,
  EndpointObservable,
  EndpointUpDownCounter,
} from './instruments.js'
import { MetricStream, type Scope, type StreamKind, type StreamSettings } from './metric-stream.js'

/** A callback that observes several instruments. */
export interface Batch {
  readonly callback: BatchObservableCallback
  readonly observables: ReadonlySet<EndpointObservable>
}

/** So many metrics of one scope; nobody reads more. */
const maximumStreams = 1_000
/** @see https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax */
const namePattern = /^[a-z][\w.\-/]{0,254}$/i

/** Makes instruments of one scope. An instrument of the same name and kind, made again, goes on with the same series. */
export class EndpointMeter implements Meter {
  readonly scope: Scope
  readonly #settings: StreamSettings
  readonly #streams: Map<string, MetricStream> = new Map()
  readonly #observables: Map<MetricStream, EndpointObservable> = new Map()
  #batches: readonly Batch[] = []

  constructor(scope: Scope, settings: StreamSettings) {
    this.scope = scope
    this.#settings = settings
  }

  get streams(): Iterable<MetricStream> {
    return this.#streams.values()
  }

  get observables(): Iterable<EndpointObservable> {
    return this.#observables.values()
  }

  get batches(): readonly Batch[] {
    return this.#batches
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return new EndpointCounter(this.#stream(name, 'counter', false, options))
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return new EndpointUpDownCounter(this.#stream(name, 'upDownCounter', false, options))
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return new EndpointGauge(this.#stream(name, 'gauge', false, options))
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    return new EndpointHistogram(this.#stream(name, 'histogram', false, options))
  }

  createObservableCounter(name: string, options?: MetricOptions): Observable {
    return this.#observable(this.#stream(name, 'counter', true, options))
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): Observable {
    return this.#observable(this.#stream(name, 'upDownCounter', true, options))
  }

  createObservableGauge(name: string, options?: MetricOptions): Observable {
    return this.#observable(this.#stream(name, 'gauge', true, options))
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const own = observables.filter((observable) => observable instanceof EndpointObservable)
    this.removeBatchObservableCallback(callback, observables)
    this.#batches = [...this.#batches, { callback, observables: new Set(own) }]
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const wanted = new Set(observables)
    this.#batches = this.#batches.filter(
      (batch) => batch.callback !== callback || !isSame(batch.observables, wanted),
    )
  }

  #observable(stream: MetricStream): EndpointObservable {
    const observable = this.#observables.get(stream) ?? new EndpointObservable(stream)
    if (this.#streams.get(stream.name.toLowerCase()) === stream) this.#observables.set(stream, observable)
    return observable
  }

  /** One that cannot be shown takes what is recorded, so that the application goes on, and is named once. */
  #stream(name: string, kind: StreamKind, isObserved: boolean, options: MetricOptions = {}): MetricStream {
    const key = String(name).toLowerCase()
    const known = this.#streams.get(key)
    const isSameKind = known?.kind === kind && known.isObserved === isObserved
    if (known !== undefined && isSameKind && known.unit === (options.unit ?? '')) return known
    const made = new MetricStream(this.scope, name, kind, isObserved, options, this.#settings)
    if (known !== undefined)
      warn(name, `${this.scope.name} has made one of the name and of another kind or unit`)
    else if (!namePattern.test(name)) warn(name, 'that is no name of a metric')
    else if (this.#streams.size >= maximumStreams) warn(name, `${this.scope.name} has ${maximumStreams}`)
    else this.#streams.set(key, made)
    return made
  }
}

function warn(name: string, reason: string): void {
  diag.warn(`pgspan: the metric ${name} is not on the metrics endpoint: ${reason}`)
}

function isSame(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item))
}
