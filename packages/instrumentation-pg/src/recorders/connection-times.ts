import { metrics } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, Observer } from '@pgspan/lifecycle'
import type { Instruments, SecondsHistogram } from './instruments.js'
import { hotPoolAttributes } from './pool-attributes.js'

/**
 * Records how long requests waited for a connection, how long connections took to open and were held:
 * `db.client.connection.wait_time`, `create_time` and `use_time`, in seconds.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export class ConnectionTimes implements Observer {
  readonly name = 'connection-times'
  readonly #waitTime: SecondsHistogram
  readonly #useTime: SecondsHistogram
  readonly #createTime: SecondsHistogram

  constructor(instruments: Instruments) {
    this.#waitTime = instruments.secondsOf(metrics.connectionWaitTime)
    this.#useTime = instruments.secondsOf(metrics.connectionUseTime)
    this.#createTime = instruments.secondsOf(metrics.connectionCreateTime)
  }

  checkoutSettled(checkout: Checkout): void {
    if (checkout.acquiredAt === 0) return
    this.#waitTime.record(checkout.waitMillis, hotPoolAttributes(checkout.pool), checkout.callerContext)
  }

  checkoutReleased({ acquiredAt, releasedAt, pool, callerContext }: Checkout): void {
    this.#useTime.record(releasedAt - acquiredAt, hotPoolAttributes(pool), callerContext)
  }

  connectionSettled({ startedAt, settledAt, pool, error, callerContext }: ConnectionOpening): void {
    if (pool === undefined || error !== undefined) return
    this.#createTime.record(settledAt - startedAt, hotPoolAttributes(pool), callerContext)
  }
}
