import { diag } from '@opentelemetry/api'

const windowMillis = 60_000
const maximumErrors = 10
const pauseMillis = 60_000

/**
 * Keeps errors of our own code away from the application: each is caught, and ten within a minute switch insights
 * off for a minute, with one line through OpenTelemetry's `diag`.
 */
export class CircuitBreaker {
  #errors: number[] = []
  #openUntil = 0
  #rests = 0

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
    this.#rests++
    this.#openUntil = now + pauseMillis
    diag.error(
      'pgspan: insights failed ten times within a minute and rest for a minute; the last error was',
      error,
    )
  }
}
