import type { DatabaseTarget } from '@pgspan/lifecycle'

const maximumTargets = 64
const otherTarget: DatabaseTarget = Object.freeze({
  namespace: undefined,
  address: undefined,
  port: undefined,
  user: undefined,
})

/** One object per database that is named; beyond 64 they share one that names none. */
export class TargetRegistry {
  readonly #targets: Map<string, DatabaseTarget> = new Map()

  of(namespace: string | undefined, address: string | undefined, port: number | undefined): DatabaseTarget {
    const key = `${namespace} ${address} ${port}`
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    if (this.#targets.size >= maximumTargets) return otherTarget
    const target = Object.freeze({ namespace, address, port, user: undefined })
    this.#targets.set(key, target)
    return target
  }
}
