import { metrics } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, Observer, PoolView } from '@pgspan/lifecycle'
import type { Instruments } from './instruments.js'
import { hotPoolAttributes, poolAttributes } from './pool-attributes.js'

/**
 * Records how long requests waited for a connection, how long connections took to open and were held, and how many
 * requests gave up: `db.client.connection.wait_time`, `create_time`, `use_time` in seconds, and `timeouts`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export class ConnectionTimes implements Observer {
  readonly name = 'connection-times'
  readonly #instruments: Instruments
  readonly #pools: Set<PoolView> = new Set()
  #generation = 0

  constructor(instruments: Instruments) {
    this.#instruments = instruments
  }

  poolAppeared(pool: PoolView): void {
    this.#pools.add(pool)
    this.#beginCounting([pool])
  }

  poolEnded(pool: PoolView): void {
    this.#pools.delete(pool)
  }

  checkoutSettled(checkout: Checkout): void {
    if (this.#instruments.generation !== this.#generation) this.#beginCounting(this.#pools)
    if (checkout.acquiredAt !== 0) {
      this.#instruments.recordSeconds(
        metrics.connectionWaitTime,
        checkout.waitMillis,
        hotPoolAttributes(checkout.pool),
      )
    } else if (checkout.timedOut) {
      this.#instruments.add(metrics.connectionTimeouts, 1, poolAttributes(checkout.pool))
    }
  }

  checkoutReleased(checkout: Checkout): void {
    this.#instruments.recordSeconds(
      metrics.connectionUseTime,
      checkout.releasedAt - checkout.acquiredAt,
      hotPoolAttributes(checkout.pool),
    )
  }

  connectionSettled(opening: ConnectionOpening): void {
    if (opening.pool === undefined || opening.error !== undefined) return
    this.#instruments.recordSeconds(
      metrics.connectionCreateTime,
      opening.settledAt - opening.startedAt,
      hotPoolAttributes(opening.pool),
    )
  }

  /** A counter that is born at its first increment hides that increment from `increase()`: it starts at 0. */
  #beginCounting(pools: Iterable<PoolView>): void {
    this.#generation = this.#instruments.generation
    for (const pool of pools) this.#instruments.add(metrics.connectionTimeouts, 0, poolAttributes(pool))
  }
}
