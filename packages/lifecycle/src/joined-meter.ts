import type {
  Attributes,
  BatchObservableCallback,
  Context,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
  UpDownCounter,
} from '@opentelemetry/api'

/** Meters of several providers as one. */
export class JoinedMeter implements Meter {
  readonly #meters: readonly Meter[]
  /** What was given to the meters for each callback of a batch, so that it can be taken away again. */
  readonly #batches: Map<BatchObservableCallback, readonly BatchObservableCallback[]> = new Map()

  constructor(meters: readonly Meter[]) {
    this.#meters = meters
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return new JoinedAddition(this.#meters.map((meter) => meter.createCounter(name, options)))
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return new JoinedAddition(this.#meters.map((meter) => meter.createUpDownCounter(name, options)))
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    return new JoinedRecord(this.#meters.map((meter) => meter.createHistogram(name, options)))
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return new JoinedRecord(this.#meters.map((meter) => meter.createGauge(name, options)))
  }

  createObservableCounter(name: string, options?: MetricOptions): Observable {
    return new JoinedObservable(this.#meters.map((meter) => meter.createObservableCounter(name, options)))
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): Observable {
    return new JoinedObservable(
      this.#meters.map((meter) => meter.createObservableUpDownCounter(name, options)),
    )
  }

  createObservableGauge(name: string, options?: MetricOptions): Observable {
    return new JoinedObservable(this.#meters.map((meter) => meter.createObservableGauge(name, options)))
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    let batches = this.#batches.get(callback)
    if (batches === undefined) {
      batches = this.#meters.map((_meter, member) => batchOf(callback, member))
      this.#batches.set(callback, batches)
    }
    for (const [member, batch] of batches.entries())
      this.#meters[member]?.addBatchObservableCallback(batch, membersOf(observables, member))
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    for (const [member, batch] of this.#batches.get(callback)?.entries() ?? [])
      this.#meters[member]?.removeBatchObservableCallback(batch, membersOf(observables, member))
  }
}

class JoinedAddition implements UpDownCounter {
  readonly #members: readonly UpDownCounter[]

  constructor(members: readonly UpDownCounter[]) {
    this.#members = members
  }

  add(value: number, attributes?: Attributes, context?: Context): void {
    for (const member of this.#members) member.add(value, attributes, context)
  }
}

class JoinedRecord implements Histogram {
  readonly #members: readonly Histogram[]

  constructor(members: readonly Histogram[]) {
    this.#members = members
  }

  record(value: number, attributes?: Attributes, context?: Context): void {
    for (const member of this.#members) member.record(value, attributes, context)
  }
}

class JoinedObservable implements Observable {
  readonly members: readonly Observable[]

  constructor(members: readonly Observable[]) {
    this.members = members
  }

  addCallback(callback: ObservableCallback): void {
    for (const member of this.members) member.addCallback(callback)
  }

  removeCallback(callback: ObservableCallback): void {
    for (const member of this.members) member.removeCallback(callback)
  }
}

/** The callback as one member gets it: with that member's own observables where it names joined ones. */
function batchOf(callback: BatchObservableCallback, member: number): BatchObservableCallback {
  return (result) =>
    callback({
      observe(metric, value, attributes) {
        for (const observable of membersOf([metric], member)) result.observe(observable, value, attributes)
      },
    })
}

/** Nothing for an observable of another meter: no provider takes those. */
function membersOf(observables: readonly Observable[], member: number): Observable[] {
  return observables.flatMap((observable) => {
    const own = observable instanceof JoinedObservable ? observable.members[member] : undefined
    return own === undefined ? [] : [own]
  })
}
