import { type CallSite, Checkout, type CheckoutStacks } from '@pgspan/lifecycle'
import { CheckoutStack } from './checkout-stack.js'
import { guarded } from './guarded.js'
import type { PoolState } from './pool-state.js'
import type { OwnFunction } from './stack-frames.js'

/** In development a pool hardly gets more. */
const firstRequests = 100
const sampledEvery = 64
const stacksPerSecond = 1_000

/** A checkout that knows who asked for it, if that was noted. */
export class PgCheckout extends Checkout {
  #stack: CheckoutStack | undefined = undefined

  /**
   * Keeps the stack of whoever is asking now, if it may be needed; see {@link CheckoutStacks}. The pool releases by
   * itself what it takes for a single query: of these only those that have to wait are noted.
   *
   * @param entered the function of ours that was called.
   */
  noteCaller(
    stacks: CheckoutStacks,
    { view, requests }: PoolState,
    limit: number,
    entered: OwnFunction,
  ): void {
    if (stacks === 'never') return
    const isWanted = this.forSingleQuery
      ? this.path === 'queue'
      : stacks === 'always' ||
        requests <= firstRequests ||
        requests % sampledEvery === 0 ||
        view.used * 2 >= limit ||
        view.isSuspect
    if (isWanted && isAllowed(this.requestedAt)) this.#stack = new CheckoutStack(entered)
  }

  override callSite(): CallSite | undefined {
    return guarded(() => this.#stack?.callSite)
  }

  override wasAskedForWithin(holder: Checkout): boolean | undefined {
    const own = this.#stack
    const others = holder instanceof PgCheckout ? holder.#stack : undefined
    return own && others && guarded(() => own.isWithin(others))
  }
}

let second = 0
let kept = 0

/** Under load, when everybody waits, not all need to be known. */
function isAllowed(now: number): boolean {
  if (now - second >= 1_000) {
    second = now
    kept = 0
  }
  return ++kept <= stacksPerSecond
}
