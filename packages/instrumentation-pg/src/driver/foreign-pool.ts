import { type Context, context } from '@opentelemetry/api'
import {
  type AcquirePath,
  type Checkout,
  currentUnitOfWork,
  type PoolCounts,
  PoolView,
  processState,
  type RemovalReason,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { CheckoutStack } from './checkout-stack.js'
import { clientStateOf } from './client-state.js'
import { type ForeignOpening, whileForeignOpening } from './foreign-opening.js'
import { PgCheckout } from './pg-checkout.js'
import type { PgClient } from './pg-shapes.js'
import { endView } from './pool-state.js'
import { makerOf, openSideConnection } from './side-connection.js'
import { sourceMark } from './source-mark.js'
import type { OwnFunction } from './stack-frames.js'

/** One request for a connection, from the call until its answer. */
export interface ForeignRequest {
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  readonly path: AcquirePath
  readonly requestedAt: number
  /** Of who asked before the pool was known. */
  stack: CheckoutStack | undefined
  /** Undefined until the pool's first client has told where the pool leads. */
  checkout: Checkout | undefined
}

/**
 * A pool that is not pg-pool, as its source tells of it: what it hands out is called a resource, and is a client of
 * pg or stands for one.
 *
 * Pools of this kind hold connections of any database: one that makes no client of pg is never announced.
 */
export class ForeignPool {
  readonly #counts: () => PoolCounts | undefined
  readonly #clients: WeakMap<object, PgClient> = new WeakMap()
  readonly #checkouts: WeakMap<object, Checkout> = new WeakMap()
  readonly #outBefore: WeakSet<object> = new WeakSet()
  readonly #opened: WeakSet<PgClient> = new WeakSet()
  readonly #early: Set<ForeignRequest> = new Set()
  #view: PoolView | undefined = undefined
  #requests = 0

  /** @param counts returns undefined once the pool is gone. */
  constructor(counts: () => PoolCounts | undefined) {
    this.#counts = counts
  }

  /** @param entered the function of ours that was called. */
  request(path: AcquirePath, entered: OwnFunction): ForeignRequest {
    this.#requests++
    const callerContext = context.active()
    const request: ForeignRequest = {
      callerContext,
      unitOfWork: currentUnitOfWork(callerContext),
      path,
      requestedAt: performance.now(),
      stack: undefined,
      checkout: undefined,
    }
    if (this.#view === undefined) this.#hold(request, entered)
    else this.#begin(request, this.#view, entered)
    return request
  }

  /** Until a client has told where the pool leads. */
  #hold(request: ForeignRequest, entered: OwnFunction): void {
    this.#early.add(request)
    if (processState().dispatcher.checkoutStacks !== 'never') request.stack = new CheckoutStack(entered)
  }

  #begin(request: ForeignRequest, view: PoolView, entered: OwnFunction | undefined): Checkout {
    const { callerContext, unitOfWork, path, requestedAt, stack } = request
    const { dispatcher } = processState()
    const checkout = new PgCheckout(view, callerContext, unitOfWork, false, path, requestedAt, stack)
    request.checkout = checkout
    view.pending++
    checkout.asking = entered
    const limit = this.#counts()?.limit ?? Number.POSITIVE_INFINITY
    if (entered !== undefined) checkout.noteCaller(dispatcher.checkoutStacks, this.#requests, limit)
    dispatcher.checkoutRequested(checkout)
    checkout.asking = undefined
    return checkout
  }

  acquire(request: ForeignRequest, resource: object): void {
    this.#early.delete(request)
    const client = this.#clientOf(resource)
    if (client === undefined) return
    const checkout = request.checkout ?? this.#begin(request, this.#announce(client), undefined)
    const state = clientStateOf(client)
    checkout.pool.pending--
    checkout.pool.used++
    state.checkout = checkout
    this.#checkouts.set(resource, checkout)
    processState().dispatcher.acquireCheckout(checkout, state.connection)
  }

  fail(request: ForeignRequest, error: unknown, timedOut: boolean): void {
    this.#early.delete(request)
    const { checkout } = request
    if (checkout === undefined) return
    checkout.pool.pending--
    checkout.timedOut = timedOut
    processState().dispatcher.failCheckout(checkout, error)
  }

  /** @param error what made the pool close it, if that was the reason. */
  release(resource: object, error?: unknown): void {
    if (this.#outBefore.delete(resource) && this.#view) this.#view.used--
    const checkout = this.#checkouts.get(resource)
    if (checkout === undefined) return
    this.#checkouts.delete(resource)
    const client = this.#clientOf(resource)
    if (client) clientStateOf(client).checkout = undefined
    checkout.pool.used--
    processState().dispatcher.releaseCheckout(checkout, error)
  }

  /** Makes a connection; the first client that connects meanwhile is the pool's. */
  create<Result>(step: () => Result, opened: (client: PgClient) => void = () => {}): Result {
    let isOpen = false
    const opening: ForeignOpening = {
      opens: (client) => {
        if (isOpen) return undefined
        isOpen = true
        this.#opened.add(client)
        opened(client)
        return this.#announce(client)
      },
    }
    return whileForeignOpening(opening, step)
  }

  /**
   * The pool gives the resource up, and closes it.
   *
   * @param isEnding true if that is because the pool ends.
   * @param known the reason, where the pool tells.
   */
  remove(resource: object, isEnding: boolean, known?: RemovalReason): void {
    const client = this.#clientOf(resource)
    if (client === undefined || this.#view === undefined || !this.#opened.delete(client)) return
    const reason = known ?? reasonOf(client, this.#checkouts.has(resource), isEnding)
    const { connection } = clientStateOf(client)
    processState().dispatcher.connectionRemoved({ pool: this.#view, connection, reason })
  }

  /** The resource is not the client itself. */
  standsFor(resource: object, client: PgClient): void {
    this.#clients.set(resource, client)
  }

  /** Resources that were there before the pool was observed. */
  adopt(resources: readonly object[], held: readonly object[]): void {
    if (this.#view !== undefined) return
    const client = [...resources, ...held].map((resource) => this.#clientOf(resource)).find(Boolean)
    if (client === undefined) return
    const view = this.#announce(client)
    for (const resource of held) this.#outBefore.add(resource)
    view.used += held.length
  }

  end(): void {
    if (this.#view) endView(this.#view)
  }

  #announce(client: PgClient): PoolView {
    if (this.#view !== undefined) return this.#view
    const { dispatcher, poolNames } = processState()
    const { target } = clientStateOf(client).connection
    const maker = makerOf(client)
    const view = new PoolView(poolNames.take(undefined, target), target, this.#counts, (purpose, database) =>
      openSideConnection(this.#counts() && maker, purpose, database),
    )
    this.#view = view
    dispatcher.poolAppeared(view)
    for (const request of this.#early) this.#begin(request, view, undefined)
    this.#early.clear()
    return view
  }

  #clientOf(resource: object): PgClient | undefined {
    const client = this.#clients.get(resource)
    if (client !== undefined) return client
    // Drivers of other databases have no such mark.
    return sourceMark in resource ? (resource as unknown as PgClient) : undefined
  }
}

function reasonOf(client: PgClient, isHeld: boolean, isEnding: boolean): RemovalReason {
  if (client._queryable === false) return isHeld ? 'connection_lost' : 'idle_error'
  if (isEnding) return 'pool_end'
  return isHeld ? 'caller' : 'idle_timeout'
}

const pools: WeakMap<object, ForeignPool> = new WeakMap()
const collected: FinalizationRegistry<ForeignPool> = new FinalizationRegistry((pool) => pool.end())

/** What is known of a pool; made when it is first seen, and kept as long as the application keeps the pool. */
export function foreignPoolOf<Pool extends object>(
  pool: Pool,
  counts: (pool: Pool) => PoolCounts | undefined,
  onFirstSight: (foreign: ForeignPool) => void = () => {},
): ForeignPool {
  const known = pools.get(pool)
  if (known !== undefined) return known
  const reference = new WeakRef(pool)
  const foreign = new ForeignPool(() => {
    const live = reference.deref()
    return live && counts(live)
  })
  pools.set(pool, foreign)
  collected.register(pool, foreign)
  onFirstSight(foreign)
  return foreign
}

const mark: unique symbol = Symbol.for('pgspan.pool-source.1')

/** Patches a prototype or a module once, whichever copy of this package comes first. */
export function patchPoolOnce(holder: object, patch: () => void): void {
  if (Object.hasOwn(holder, mark)) return
  Object.defineProperty(holder, mark, { value: { protocol: 1 } })
  patch()
}
