import type { BatchObservableCallback, BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import type { MetricDefinition } from '@pgspan/conventions'
import { type Instruments, optionsOf } from './instruments.js'

/** Instruments that are read at collection, by the names that their user gives them. */
export type Observables<Name extends string> = Readonly<Record<Name, Observable>>

/** Instruments that are read at collection, given to the meter provider of now and taken from the one before. */
export class ObservedMetrics<Name extends string> {
  readonly #instruments: Instruments
  readonly #definitions: Readonly<Record<Name, MetricDefinition>>
  readonly #observe: (result: BatchObservableResult, observables: Observables<Name>) => void
  #generation = 0
  #stop: (() => void) | undefined = undefined

  /** @param observe called at each collection. */
  constructor(
    instruments: Instruments,
    definitions: Readonly<Record<Name, MetricDefinition>>,
    observe: (result: BatchObservableResult, observables: Observables<Name>) => void,
  ) {
    this.#instruments = instruments
    this.#definitions = definitions
    this.#observe = observe
  }

  /** To be called often: costs a comparison while nothing has changed. */
  follow(): void {
    const { generation } = this.#instruments
    if (generation === this.#generation) return
    this.close()
    this.#generation = generation
    const { meter } = this.#instruments
    const made = Object.entries<MetricDefinition>(this.#definitions).map(
      ([name, definition]) => [name, makeObservable(meter, definition)] as const,
    )
    // Every name of the definitions is among them.
    const observables = Object.fromEntries(made) as Observables<Name>
    const all = made.map(([, observable]) => observable)
    const callback: BatchObservableCallback = (result) => this.#observe(result, observables)
    meter.addBatchObservableCallback(callback, all)
    this.#stop = () => meter.removeBatchObservableCallback(callback, all)
  }

  /** Leaves the meter provider. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#generation = 0
  }
}

function makeObservable(meter: Meter, definition: MetricDefinition): Observable {
  const { name, instrument } = definition
  const options = optionsOf(definition)
  if (instrument === 'gauge') return meter.createObservableGauge(name, options)
  return instrument === 'counter'
    ? meter.createObservableCounter(name, options)
    : meter.createObservableUpDownCounter(name, options)
}
