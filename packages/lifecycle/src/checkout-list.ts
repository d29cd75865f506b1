import type { Checkout } from './checkout.js'

/**
 * Checkouts in the order in which they were added, the oldest first.
 *
 * Adding and removing take constant time and allocate nothing: the links are in the checkouts, so that each is in one
 * list at a time.
 */
export class CheckoutList implements Iterable<Checkout> {
  #first: Checkout | undefined = undefined
  #last: Checkout | undefined = undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The oldest; undefined if there is none. */
  get first(): Checkout | undefined {
    return this.#first
  }

  /** To be called for a checkout that is in no list. */
  add(checkout: Checkout): void {
    checkout.list = this
    checkout.older = this.#last
    if (this.#last === undefined) this.#first = checkout
    else this.#last.newer = checkout
    this.#last = checkout
    this.#size++
  }

  /** Does nothing for a checkout that is not in this list. */
  remove(checkout: Checkout): void {
    if (checkout.list !== this) return
    const { older, newer } = checkout
    if (older === undefined) this.#first = newer
    else older.newer = newer
    if (newer === undefined) this.#last = older
    else newer.older = older
    checkout.list = undefined
    checkout.older = undefined
    checkout.newer = undefined
    this.#size--
  }

  /** What is removed while the list is walked, by whoever walks it, does no harm. */
  *[Symbol.iterator](): Iterator<Checkout> {
    for (let checkout = this.#first; checkout !== undefined; ) {
      const { newer } = checkout
      yield checkout
      checkout = newer
    }
  }
}
