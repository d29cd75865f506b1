import { metrics } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, Observer } from '@pgspan/lifecycle'
import type { Instruments } from './instruments.js'
import { hotPoolAttributes } from './pool-attributes.js'

/**
 * Records how long requests waited for a connection, how long connections took to open and were held:
 * `db.client.connection.wait_time`, `create_time` and `use_time`, in seconds.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export class ConnectionTimes implements Observer {
  readonly name = 'connection-times'
  readonly #instruments: Instruments

  constructor(instruments: Instruments) {
    this.#instruments = instruments
  }

  checkoutSettled(checkout: Checkout): void {
    if (checkout.acquiredAt === 0) return
    this.#instruments.recordSeconds(
      metrics.connectionWaitTime,
      checkout.waitMillis,
      hotPoolAttributes(checkout.pool),
    )
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
}
