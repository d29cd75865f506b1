import { diag } from '@opentelemetry/api'

let reported = 0

/**
 * Runs our own code beside the driver's: what it throws is reported, at most ten times, and goes no further.
 *
 * Takes the arguments of `action`, so that the query path makes no function to hold them.
 */
export function guarded<Args extends unknown[], Result>(
  action: (...args: Args) => Result,
  ...args: Args
): Result | undefined {
  try {
    return action(...args)
  } catch (error) {
    if (reported++ < 10)
      diag.error('pgspan: an error in the instrumentation of pg; the application is not affected', error)
    return undefined
  }
}
