import type { Context } from '@opentelemetry/api'
import {
  type AcquirePath,
  type CallSite,
  Checkout,
  type CheckoutStacks,
  type PoolView,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { CheckoutStack } from './checkout-stack.js'
import { guarded } from './guarded.js'
import type { OwnFunction } from './stack-frames.js'

/** In development a pool hardly gets more. */
const firstRequests = 100
const sampledEvery = 256
const stacksPerSecond = 1_000

/** A checkout that knows who asked for it, if that was noted. */
export class PgCheckout extends Checkout {
  #stack: CheckoutStack | undefined
  /** The function of ours that is being called to ask for it; undefined once that has returned. */
  asking: OwnFunction | undefined = undefined

  /** @param stack of whoever has asked, if it was kept before. */
  constructor(
    pool: PoolView,
    callerContext: Context,
    unitOfWork: UnitOfWork | undefined,
    forSingleQuery: boolean,
    path: AcquirePath,
    requestedAt: number,
    stack: CheckoutStack | undefined = undefined,
  ) {
    super(pool, callerContext, unitOfWork, forSingleQuery, path, requestedAt)
    this.#stack = stack
  }

  /**
   * Keeps the stack of whoever is asking now, if it may be needed; see {@link CheckoutStacks}. The pool releases by
   * itself what it takes for a single query: of these only those that have to wait are noted.
   *
   * @param requests of the pool, this one included.
   * @param limit of the pool's connections.
   */
  noteCaller(stacks: CheckoutStacks, requests: number, limit: number): void {
    if (stacks === 'never') return
    const { pool, requestedAt } = this
    const isWanted = this.forSingleQuery
      ? this.path === 'queue'
      : requests <= firstRequests ||
        requests % sampledEvery === 0 ||
        pool.used * 2 >= limit ||
        pool.isSuspect(requestedAt)
    if (stacks === 'always' || (isWanted && isAllowed(requestedAt))) this.#kept()
  }

  override callSite(): CallSite | undefined {
    return guarded(() => this.#kept()?.callSite)
  }

  override wasAskedForWithin(holder: Checkout): boolean | undefined {
    if (!(holder instanceof PgCheckout)) return undefined
    return guarded(() => {
      const others = holder.#kept()
      return others && this.#kept()?.isWithin(others)
    })
  }

  /** Whoever is still asking is on the stack now. */
  #kept(): CheckoutStack | undefined {
    if (this.asking !== undefined) this.#stack ??= new CheckoutStack(this.asking)
    return this.#stack
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
