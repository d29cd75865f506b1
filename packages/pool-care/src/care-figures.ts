import type { MeterProvider } from '@opentelemetry/api'
import { metrics, attributes as names } from '@pgspan/conventions'
import { hotPoolAttributes, Instruments } from '@pgspan/instrumentation-pg'
import type { PoolView, ValidationResult } from '@pgspan/lifecycle'
import { packageName, packageVersion } from './package-version.js'
import { codeOf } from './transient-error.js'

export type ValidationMoment = 'background' | 'before_use'
export type RetryKind = 'opening' | 'transaction' | 'query'

/** Counts what pool care did. */
export class CareFigures {
  readonly #instruments: Instruments = new Instruments(packageName, packageVersion)

  /** @param provider instead of the global one. */
  constructor(provider?: MeterProvider) {
    if (provider) this.#instruments.setMeterProvider(provider)
  }

  /** A counter that is born at its first increment hides that increment from `increase()`: they start at 0. */
  begin(pool: PoolView): void {
    for (const result of ['valid', 'invalid', 'timeout'] as const)
      for (const moment of ['background', 'before_use'] as const) this.#validations(pool, result, moment, 0)
    this.#instruments.add(metrics.connectionsRecycled, 0, hotPoolAttributes(pool))
  }

  validated(pool: PoolView, result: ValidationResult, moment: ValidationMoment): void {
    if (result !== 'gone') this.#validations(pool, result, moment, 1)
  }

  recycled(pool: PoolView): void {
    this.#instruments.add(metrics.connectionsRecycled, 1, hotPoolAttributes(pool))
  }

  retried(kind: RetryKind, error: unknown): void {
    this.#instruments.add(metrics.retries, 1, {
      [names.dbSystemName]: names.postgresql,
      [names.pgspanRetryKind]: kind,
      [names.errorType]: codeOf(error) ?? 'connection_terminated',
    })
  }

  #validations(pool: PoolView, result: ValidationResult, moment: ValidationMoment, increment: number): void {
    this.#instruments.add(metrics.validations, increment, {
      ...hotPoolAttributes(pool),
      [names.pgspanValidationResult]: result,
      [names.pgspanValidationMoment]: moment,
    })
  }
}
