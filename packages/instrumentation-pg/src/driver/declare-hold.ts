import { knownClientState } from './client-state.js'
import type { PgClient } from './pg-shapes.js'

/**
 * Says that this pooled client is kept on purpose until it is released, however long nothing is done with it: it is no
 * leak. `LISTEN` and advisory locks of a session say so by themselves.
 *
 * @param client as `pool.connect()` gave it; for any other, and while nothing is observed, this does nothing.
 * @param reason for people, as `insights.checkouts()` shows it: `leader election`.
 * @throws TypeError if the reason is no text.
 */
export function declareHold(client: object, reason: string): void {
  if (typeof reason !== 'string' || reason === '') {
    throw new TypeError('declareHold: reason must be a non-empty string')
  }
  // Only clients of pg are known.
  const checkout = knownClientState(client as PgClient)?.checkout
  if (checkout !== undefined) checkout.holdReason = reason
}
