import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  Observable,
} from '@opentelemetry/api'
import { type MetricDefinition, metrics, attributes as names } from '@pgspan/conventions'
import type { Checkout, Observer, PoolView } from '@pgspan/lifecycle'
import { type Instruments, optionsOf } from './instruments.js'
import { poolAttributes } from './pool-attributes.js'

const definitions = {
  count: metrics.connectionCount,
  limit: metrics.connectionLimit,
  idleMin: metrics.connectionIdleMin,
  idleMax: metrics.connectionIdleMax,
  pending: metrics.connectionPendingRequests,
} satisfies Record<string, MetricDefinition>

type Gauges = Record<keyof typeof definitions, Observable>

interface Figures {
  attributes: Attributes
  used: number
  idle: number
  connecting: number
  limit: number
  idleMin: number
  pending: number
}

/**
 * The figures of every pool, read from the pool when they are collected, never counted from events: used, idle and
 * connecting connections, the limits, and pending requests.
 *
 * A pool that has ended reads 0 under its name until another takes it: the SDK would repeat its last values for
 * ever. Pools that share a name, beyond the 64th, are summed.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export class PoolGauges implements Observer {
  readonly name = 'pool-gauges'
  readonly #instruments: Instruments
  readonly #live: Set<PoolView> = new Set()
  /** The last pool of each name: a dead one goes on as zeros. */
  readonly #lastOfName: Map<string, PoolView> = new Map()
  #generation = 0
  #stop: (() => void) | undefined = undefined

  constructor(instruments: Instruments) {
    this.#instruments = instruments
  }

  poolAppeared(pool: PoolView): void {
    this.#live.add(pool)
    this.#lastOfName.set(pool.name, pool)
    this.#follow()
  }

  poolEnded(pool: PoolView): void {
    this.#live.delete(pool)
  }

  checkoutRequested(_checkout: Checkout): void {
    if (this.#instruments.generation !== this.#generation) this.#follow()
  }

  /** Gives the gauges to the meter provider of now, and takes them from the one before. */
  #follow(): void {
    const { generation, meter } = this.#instruments
    if (generation === this.#generation) return
    this.#generation = generation
    this.#stop?.()
    const gauges = makeGauges(meter)
    const observables = Object.values(gauges)
    const observe: BatchObservableCallback = (result) => this.#observe(result, gauges)
    meter.addBatchObservableCallback(observe, observables)
    this.#stop = () => meter.removeBatchObservableCallback(observe, observables)
  }

  /** Leaves the meter provider. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#generation = 0
  }

  #observe(result: BatchObservableResult, gauges: Gauges): void {
    for (const { attributes, ...figures } of this.#figuresByName().values()) {
      for (const state of ['used', 'idle', 'connecting'] as const) {
        result.observe(gauges.count, figures[state], {
          ...attributes,
          [names.dbClientConnectionState]: state,
        })
      }
      result.observe(gauges.limit, figures.limit, attributes)
      result.observe(gauges.idleMin, figures.idleMin, attributes)
      result.observe(gauges.idleMax, figures.limit, attributes)
      result.observe(gauges.pending, figures.pending, attributes)
    }
  }

  #figuresByName(): Map<string, Figures> {
    const byName = new Map<string, Figures>()
    for (const [name, pool] of this.#lastOfName) byName.set(name, noFigures(pool))
    for (const pool of this.#live) {
      const counts = pool.counts()
      const sum = byName.get(pool.name)
      if (counts === undefined || sum === undefined) continue
      sum.used += pool.used
      sum.idle += counts.idle
      sum.connecting += Math.max(0, counts.total - counts.idle - pool.used)
      sum.limit += counts.limit
      sum.idleMin += counts.idleMinimum
      sum.pending += pool.pending
    }
    return byName
  }
}

function noFigures(pool: PoolView): Figures {
  return {
    attributes: poolAttributes(pool),
    used: 0,
    idle: 0,
    connecting: 0,
    limit: 0,
    idleMin: 0,
    pending: 0,
  }
}

function makeGauges(meter: Meter): Gauges {
  const make = (definition: MetricDefinition): Observable =>
    meter.createObservableUpDownCounter(definition.name, optionsOf(definition))
  return {
    count: make(definitions.count),
    limit: make(definitions.limit),
    idleMin: make(definitions.idleMin),
    idleMax: make(definitions.idleMax),
    pending: make(definitions.pending),
  }
}
