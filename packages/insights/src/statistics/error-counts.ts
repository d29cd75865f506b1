import { otherKey } from './bounded-map.js'

const maximumCodes = 64

/** How often queries failed, by SQLSTATE; at most 64 of them. */
export class ErrorCounts {
  readonly #counts: Map<string, number> = new Map()

  add(code: string): void {
    const key = this.#counts.has(code) || this.#counts.size < maximumCodes ? code : otherKey
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  toObject(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
