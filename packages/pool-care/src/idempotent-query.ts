import { setTimeout as sleep } from 'node:timers/promises'
import { CareFigures } from './care-figures.js'
import { backoffMillis, isTransientConnectionError } from './transient-error.js'

let figures: CareFigures | undefined

/**
 * Runs a query again, on another connection, if its connection was lost or could not be opened.
 *
 * Only for what may run twice: the first time may have had its effect before the connection was lost. Errors of the
 * statement itself are not tried again.
 *
 * @param query makes the query anew: `() => pool.query('SELECT …')`.
 * @param attempts how often it is run at most, the first time included.
 * @throws the last error.
 */
export async function retryIdempotent<Result>(query: () => Promise<Result>, attempts = 3): Promise<Result> {
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new TypeError(`retryIdempotent: attempts must be a whole number above 0, got ${attempts}`)
  for (let attempt = 1; ; attempt++) {
    try {
      return await query()
    } catch (error) {
      if (attempt >= attempts || !isTransientConnectionError(error)) throw error
      figures ??= new CareFigures()
      figures.retried('query', error)
      await sleep(backoffMillis(attempt))
    }
  }
}
