import { diag } from '@opentelemetry/api'
import { type Observer, type OpeningRetry, type PoolView, processState } from '@pgspan/lifecycle'
import { CareFigures } from './care-figures.js'
import { type DrainReport, drainPools } from './drain.js'
import { validateIdle } from './idle-validation.js'
import { checkPoolCareOptions, type PoolCareOptions } from './pool-care-options.js'
import { Recycling } from './recycling.js'
import { backoffMillis, codeOf, isTransientConnectionError } from './transient-error.js'

/** What {@link startPoolCare} started. */
export interface PoolCare {
  /**
   * Waits until nobody holds or asks for a connection, at most `deadlineMillis`, then ends the pools; what is held
   * then is cut off, and the report says who held it. Call it when no new requests come any more.
   */
  drain(deadlineMillis: number): Promise<DrainReport>
  /** Leaves the pools as they are, and to themselves. */
  close(): void
}

/**
 * Cares for the pools of this process that are there and those to come. Idle connections that are lost no longer end
 * the process, as they do in a pool that nobody listens to: they are named once for each pool through `diag`.
 *
 * Needs an instrumentation of `pg` in the process; `PgInstrumentation` need not record.
 *
 * @throws TypeError for a wrong option, or for options that contradict each other.
 */
export function startPoolCare(options: PoolCareOptions = {}): PoolCare {
  checkPoolCareOptions(options)
  const cared = new CaredPools(options)
  const detach = processState().dispatcher.attach(cared)
  return {
    drain(deadlineMillis) {
      if (!(deadlineMillis >= 0)) throw new TypeError('drain: deadlineMillis must be a number from 0')
      return drainPools(cared.pools, deadlineMillis)
    },
    close() {
      detach()
      cared.close()
    },
  }
}

class CaredPools implements Observer {
  readonly name = 'pool-care'
  readonly #options: PoolCareOptions
  readonly #timeoutMillis: number
  readonly #figures: CareFigures
  readonly #recycling: Recycling | undefined
  readonly #timers: NodeJS.Timeout[] = []
  /** What is kept of a pool must not keep the pool. */
  readonly #cared: Set<PoolView> = new Set()
  readonly #validating: Set<PoolView> = new Set()

  constructor(options: PoolCareOptions) {
    const {
      validateEveryMillis,
      validationTimeoutMillis = 1_000,
      maxLifetimeMillis,
      lifetimeJitter = 0.1,
    } = options
    this.#options = options
    this.#timeoutMillis = validationTimeoutMillis
    this.#figures = new CareFigures(options.meterProvider)
    this.#recycling =
      maxLifetimeMillis === undefined ? undefined : new Recycling(maxLifetimeMillis, lifetimeJitter)
    if (validateEveryMillis !== undefined) this.#every(validateEveryMillis, (pool) => this.#validate(pool))
    if (this.#recycling) this.#every(this.#recycling.everyMillis, (pool) => this.#recycle(pool))
    if (options.pools) this.#timers.push(setTimeout(() => this.#nameUnknown(), 60_000).unref())
  }

  get pools(): readonly PoolView[] {
    return [...this.#cared]
  }

  poolAppeared(pool: PoolView): void {
    const { pools, validateIdleLongerThanMillis, openingRetries } = this.#options
    if (pools !== undefined && !pools.includes(pool.name)) return
    const { control } = pool
    this.#figures.begin(pool)
    control?.listenToIdleErrors(this.#idleErrors(pool))
    if (validateIdleLongerThanMillis !== undefined) {
      control?.validateBeforeUse({
        idleLongerThanMillis: validateIdleLongerThanMillis,
        timeoutMillis: this.#timeoutMillis,
        onResult: (result) => this.#figures.validated(pool, result, 'before_use'),
      })
    }
    if (openingRetries !== undefined) control?.retryOpening(this.#openingRetry(openingRetries))
    this.#cared.add(pool)
  }

  poolEnded(pool: PoolView): void {
    this.#cared.delete(pool)
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const { control } of this.#cared) {
      control?.listenToIdleErrors(undefined)
      control?.validateBeforeUse(undefined)
      control?.retryOpening(undefined)
    }
    this.#cared.clear()
  }

  #every(millis: number, look: (pool: PoolView) => void): void {
    const timer = setInterval(() => {
      for (const pool of this.#cared) look(pool)
    }, millis)
    this.#timers.push(timer.unref())
  }

  #validate(pool: PoolView): void {
    // A pool whose last round is not over has its next one later.
    if (this.#validating.has(pool)) return
    this.#validating.add(pool)
    const { validateEveryMillis = 0 } = this.#options
    validateIdle(pool, validateEveryMillis, this.#timeoutMillis, (result) =>
      this.#figures.validated(pool, result, 'background'),
    )
      .catch((error) => diag.error('pgspan: idle connections could not be validated', error))
      .finally(() => this.#validating.delete(pool))
  }

  #recycle(pool: PoolView): void {
    const count = this.#recycling?.look(pool) ?? 0
    for (let i = 0; i < count; i++) this.#figures.recycled(pool)
  }

  #openingRetry(attempts: number): OpeningRetry {
    return {
      pauseAfter: (error, attempt) => {
        if (attempt > attempts || !isTransientConnectionError(error)) return undefined
        this.#figures.retried('opening', error)
        return backoffMillis(attempt)
      },
    }
  }

  /** A line for the first, and none of the server's words. */
  #idleErrors({ name }: PoolView): (error: unknown) => void {
    let isTold = false
    return (error) => {
      if (isTold) return
      isTold = true
      diag.warn(
        `pgspan: pool ${name} lost an idle connection (${codeOf(error) ?? 'no code'}); it will be replaced when it is needed. Further ones are not shown.`,
      )
    }
  }

  #nameUnknown(): void {
    const known = new Set([...this.#cared].map(({ name }) => name))
    const unknown = this.#options.pools?.filter((name) => !known.has(name)) ?? []
    if (unknown.length > 0)
      diag.warn(`pgspan: startPoolCare: no pool has the name ${unknown.join(', ')}; there are ${poolNames()}`)
  }
}

function poolNames(): string {
  const names = [...processState().dispatcher.pools].map(({ name }) => name)
  return names.join(', ') || 'none'
}
