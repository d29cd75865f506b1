import type { Connection, PoolView } from '@pgspan/lifecycle'

/** Replaces connections by age, each at its own, so that not all of a pool go at once. */
export class Recycling {
  readonly #maxLifetimeMillis: number
  readonly #jitter: number
  readonly #lifetimes: WeakMap<Connection, number> = new WeakMap()
  readonly #retired: WeakSet<Connection> = new WeakSet()

  constructor(maxLifetimeMillis: number, jitter: number) {
    this.#maxLifetimeMillis = maxLifetimeMillis
    this.#jitter = jitter
  }

  /** Milliseconds between two looks at a pool. */
  get everyMillis(): number {
    return Math.min(30_000, Math.max(100, this.#maxLifetimeMillis / 20))
  }

  /** Retires what is old enough: idle connections at once, others when they come back. Returns how many. */
  look(pool: PoolView): number {
    const { control } = pool
    const now = performance.now()
    let count = 0
    for (const { connection, openedAt } of control?.connections() ?? []) {
      if (now - openedAt < this.#lifetimeOf(connection) || this.#retired.has(connection)) continue
      this.#retired.add(connection)
      control?.retire(connection)
      count++
    }
    return count
  }

  #lifetimeOf(connection: Connection): number {
    const known = this.#lifetimes.get(connection)
    if (known !== undefined) return known
    const lifetime = this.#maxLifetimeMillis * (1 - this.#jitter * Math.random())
    this.#lifetimes.set(connection, lifetime)
    return lifetime
  }
}
