import { diag } from '@opentelemetry/api'

let reported = 0

/**
 * Runs our own code beside the driver's: what it throws is reported, at most ten times, and goes no further.
 */
export function guarded<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    if (reported++ < 10)
      diag.error('pgspan: an error in the instrumentation of pg; the application is not affected', error)
    return undefined
  }
}
