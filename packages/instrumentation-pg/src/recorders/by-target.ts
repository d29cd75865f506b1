import type { DatabaseTarget } from '@pgspan/lifecycle'

/**
 * Remembers one thing per target and key, such as the attributes of a query shape: looked up on the query path,
 * made once. At most `limit` keys per target; then the target's memory starts anew.
 */
export class ByTarget<Key, Value> {
  readonly #limit: number
  readonly #make: (target: DatabaseTarget, key: Key) => Value
  readonly #targets: WeakMap<DatabaseTarget, Map<Key, Value>> = new WeakMap()
  // Most processes have one target.
  #lastTarget: DatabaseTarget | undefined = undefined
  #lastValues: Map<Key, Value> = new Map()

  constructor(limit: number, make: (target: DatabaseTarget, key: Key) => Value) {
    this.#limit = limit
    this.#make = make
  }

  get(target: DatabaseTarget, key: Key): Value {
    const values = target === this.#lastTarget ? this.#lastValues : this.#valuesOf(target)
    const known = values.get(key)
    if (known !== undefined) return known
    if (values.size >= this.#limit) values.clear()
    const value = this.#make(target, key)
    values.set(key, value)
    return value
  }

  #valuesOf(target: DatabaseTarget): Map<Key, Value> {
    let values = this.#targets.get(target)
    if (values === undefined) {
      values = new Map()
      this.#targets.set(target, values)
    }
    this.#lastTarget = target
    this.#lastValues = values
    return values
  }
}
