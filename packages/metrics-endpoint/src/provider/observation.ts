import { type Attributes, diag } from '@opentelemetry/api'
import type { NumberSeries } from '../aggregation/number-series.js'
import type { SeriesTable } from '../aggregation/series-table.js'
import type { EndpointMeter } from './endpoint-meter.js'
import { EndpointObservable } from './instruments.js'
import type { MetricStream } from './metric-stream.js'

/** A stream, and its numbers as they are at this scrape. */
export interface ObservedSeries {
  readonly stream: MetricStream
  readonly numbers: SeriesTable<NumberSeries>
}

type Observed = Map<MetricStream, SeriesTable<NumberSeries>>

/** A callback that takes longer is left out, so that a scrape does not wait for it. */
const patienceMillis = 2_000
/** Callbacks that have been reported. */
const reported: WeakSet<object> = new WeakSet()

/** Asks all callbacks. Each scrape begins anew: what is not observed any more is not shown any more. */
export async function observe(meters: readonly EndpointMeter[]): Promise<Observed> {
  const observed: Observed = new Map()
  const calls: Promise<void>[] = []
  for (const meter of meters) {
    for (const { stream, callbacks } of meter.observables) {
      observed.set(stream, stream.newNumbers())
      for (const callback of callbacks) {
        calls.push(
          guarded(callback, () =>
            callback({ observe: (value, attributes) => note(observed, stream, value, attributes) }),
          ),
        )
      }
    }
    for (const { callback, observables } of meter.batches) {
      const result = {
        observe(metric: unknown, value: number, attributes?: Attributes): void {
          if (metric instanceof EndpointObservable && observables.has(metric))
            note(observed, metric.stream, value, attributes)
        },
      }
      calls.push(guarded(callback, () => callback(result)))
    }
  }
  if (calls.length > 0) await inTime(Promise.all(calls))
  return observed
}

function note(
  observed: Observed,
  stream: MetricStream,
  value: number,
  attributes: Attributes | undefined,
): void {
  const taken = stream.taken(value)
  if (taken !== undefined) observed.get(stream)?.of(attributes).set(taken)
}

async function guarded(callback: object, call: () => void | Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (reported.has(callback)) return
    reported.add(callback)
    diag.error('pgspan: a callback of an observable metric threw; the others are shown', error)
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMillis)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}
