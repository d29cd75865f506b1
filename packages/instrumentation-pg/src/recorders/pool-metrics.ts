import type { Attributes, BatchObservableResult } from '@opentelemetry/api'
import { errorTypeOf } from '@pgspan/conventions'
import type {
  Checkout,
  ConnectionOpening,
  ConnectionRemoval,
  DirtyRelease,
  Observer,
  PoolFailure,
  PoolView,
} from '@pgspan/lifecycle'
import type { Instruments } from './instruments.js'
import { type Observables, ObservedMetrics } from './observed-metrics.js'
import { poolAttributes } from './pool-attributes.js'
import { PoolFigures } from './pool-figures.js'
import { observeFigures, observeTotals, type PoolMetricName, poolMetrics } from './pool-observations.js'
import { PoolRecord } from './pool-record.js'
import { PoolTotals } from './pool-totals.js'

/** All pools that have had one name. */
interface Named {
  readonly attributes: Attributes
  readonly live: Set<PoolRecord>
  /** Of those that have ended. */
  readonly ended: PoolTotals
}

/**
 * The figures of every pool: its state is read from the pool when it is collected, never counted from events; what
 * only grows is counted.
 *
 * A pool that has ended reads 0 under its name until another takes it, as the SDK would repeat its last values for
 * ever, and what was counted stays. Pools that share a name, beyond the 64th, are summed.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export class PoolMetrics implements Observer {
  readonly name = 'pool-metrics'
  readonly #observed: ObservedMetrics<PoolMetricName>
  readonly #records: Map<PoolView, PoolRecord> = new Map()
  readonly #named: Map<string, Named> = new Map()

  constructor(instruments: Instruments) {
    this.#observed = new ObservedMetrics(instruments, poolMetrics, (result, observables) =>
      this.#observe(result, observables),
    )
  }

  poolAppeared(pool: PoolView): void {
    const record = new PoolRecord(pool, performance.now())
    this.#records.set(pool, record)
    const named = this.#named.get(pool.name)
    if (named !== undefined) named.live.add(record)
    else {
      const attributes = poolAttributes(pool)
      this.#named.set(pool.name, { attributes, live: new Set([record]), ended: new PoolTotals() })
    }
    this.#observed.follow()
  }

  poolEnded(pool: PoolView): void {
    const record = this.#records.get(pool)
    const named = this.#named.get(pool.name)
    if (record === undefined || named === undefined) return
    record.changed(performance.now())
    this.#records.delete(pool)
    named.live.delete(record)
    named.ended.addAll(record.totals)
  }

  checkoutRequested(checkout: Checkout): void {
    this.#observed.follow()
    this.#records.get(checkout.pool)?.changed(checkout.requestedAt)
  }

  checkoutSettled(checkout: Checkout): void {
    const record = this.#records.get(checkout.pool)
    if (record === undefined) return
    const { totals } = record
    if (checkout.acquiredAt !== 0) totals.acquires[checkout.path]++
    else totals.failedAcquires.add(`${checkout.path} ${errorTypeOf(checkout.error)}`)
    if (checkout.timedOut) totals.timeouts++
    record.changed(checkout.acquiredAt || checkout.failedAt)
  }

  checkoutReleased(checkout: Checkout): void {
    this.#records.get(checkout.pool)?.changed(checkout.releasedAt)
  }

  connectionSettled({ pool, error }: ConnectionOpening): void {
    const totals = pool && this.#records.get(pool)?.totals
    if (totals === undefined) return
    if (error === undefined) totals.opened++
    else totals.openFailures.add(errorTypeOf(error))
  }

  connectionRemoved({ pool, reason }: ConnectionRemoval): void {
    this.#records.get(pool)?.totals.closed.add(reason)
  }

  releasedDirty({ checkout, kind }: DirtyRelease): void {
    this.#records.get(checkout.pool)?.totals.dirtyReleases.add(kind)
  }

  poolFailed({ pool, error }: PoolFailure): void {
    this.#records.get(pool)?.totals.errors.add(errorTypeOf(error))
  }

  /** Leaves the meter provider. */
  close(): void {
    this.#observed.close()
  }

  #observe(result: BatchObservableResult, observables: Observables<PoolMetricName>): void {
    const now = performance.now()
    for (const { attributes, live, ended } of this.#named.values()) {
      const figures = new PoolFigures()
      const totals = new PoolTotals()
      totals.addAll(ended)
      for (const record of live) {
        record.changed(now)
        figures.addAll(record, now)
        totals.addAll(record.totals)
      }
      observeFigures(result, observables, attributes, figures)
      observeTotals(result, observables, attributes, totals)
    }
  }
}
