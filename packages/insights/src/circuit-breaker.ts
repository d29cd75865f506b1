import { diag } from '@opentelemetry/api'

const windowMillis = 60_000
const maximumErrors = 10
const pauseMillis = 60_000
/** So many times are looked at together; a single pause of the machine is none of ours. */
const samples = 64
/** A hundred times what a query costs: on a machine with six times as many busy processes as cores it was 0.3 at most. */
const maximumMeanMillis = 1
const cappedMillis = 20

/**
 * Keeps our own code from hurting the application. What it throws is caught, and ten errors within a minute switch
 * insights off for a minute; so does a mean of more than a millisecond per query. Each time it is one line through
 * OpenTelemetry's `diag`.
 */
export class CircuitBreaker {
  #errors: number[] = []
  #openUntil = 0
  #rests = 0
  #taken = 0
  #takenMillis = 0

  /** Runs `action`; what it throws is counted and goes no further. Nothing runs while the breaker is open. */
  run<Result>(action: () => Result): Result | undefined {
    if (this.isOpen) return undefined
    try {
      return action()
    } catch (error) {
      this.record(error)
      return undefined
    }
  }

  get isOpen(): boolean {
    return this.#openUntil !== 0 && performance.now() < this.#openUntil
  }

  /** How often it has opened. */
  get rests(): number {
    return this.#rests
  }

  record(error: unknown): void {
    const now = performance.now()
    this.#errors = this.#errors.filter((at) => now - at < windowMillis)
    this.#errors.push(now)
    if (this.#errors.length < maximumErrors) return
    this.#errors = []
    this.#open(now, 'failed ten times within a minute and rest for a minute; the last error was', error)
  }

  /** Takes what one query has cost, of those that are measured. One that was interrupted for long counts as 20 ms. */
  took(millis: number): void {
    this.#takenMillis += Math.min(millis, cappedMillis)
    if (++this.#taken < samples) return
    const mean = this.#takenMillis / samples
    this.#taken = 0
    this.#takenMillis = 0
    if (mean < maximumMeanMillis) return
    this.#open(
      performance.now(),
      'took a millisecond and more per query and rest for a minute; in milliseconds',
      mean,
    )
  }

  #open(now: number, reason: string, detail: unknown): void {
    this.#rests++
    this.#openUntil = now + pauseMillis
    diag.error(`pgspan: insights ${reason}`, detail)
  }
}
