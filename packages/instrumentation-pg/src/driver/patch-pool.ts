import { type Context, context } from '@opentelemetry/api'
import {
  type AcquirePath,
  type CallSite,
  type Checkout,
  currentUnitOfWork,
  processState,
  runWithUnitOfWork,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { callerOfArmed, isAnyStatementArmed } from './armed-statements.js'
import { clientStateOf } from './client-state.js'
import { guarded } from './guarded.js'
import type { ObservedCall } from './layered-method.js'
import { PgCheckout } from './pg-checkout.js'
import type { PgClient, PgPool, PgPoolPrototype } from './pg-shapes.js'
import { handOver, PoolCall, takePoolCall } from './pool-call.js'
import { endView, knownPoolState, poolStateOf, poolTarget, whileOpening } from './pool-state.js'
import { withCallSiteTap, withSettlementTap } from './promise-taps.js'
import { readQueryCall } from './query-call.js'
import type { QueryShapes } from './query-shapes.js'
import type { OwnFunction } from './stack-frames.js'

type ConnectCallback = (this: unknown, error: unknown, ...rest: unknown[]) => unknown

/** `pool.query` connects, queries and releases by itself, later and in other contexts: the caller is noted here. */
export function patchPoolQuery(prototype: PgPoolPrototype, shapes: QueryShapes): void {
  const bareQuery = prototype.query
  prototype.query = function query(this: PgPool, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareQuery.apply(this, args)
    const awaitsPromise = typeof args[1] !== 'function' && typeof args[2] !== 'function'
    const call = guarded(() => {
      const caller = awaitsPromise || !isAnyStatementArmed() ? undefined : callerOf(args, shapes, query)
      return new PoolCall(context.active(), currentUnitOfWork(), query, awaitsPromise, caller)
    })
    if (call === undefined) return bareQuery.apply(this, args)
    if (!awaitsPromise) return handOver(call, () => bareQuery.apply(this, args))
    return handOver(call, () => withCallSiteTap(this, 'Promise', call, () => bareQuery.apply(this, args)))
  }
}

/** Read here: when the client gets the query, the caller is no longer on the stack. */
function callerOf(args: readonly unknown[], shapes: QueryShapes, entered: OwnFunction): CallSite | undefined {
  const call = readQueryCall(args)
  return call && callerOfArmed(shapes.shapeOf(call.text, false).fingerprint, entered)
}

/** Makes every possession of a connection of a pool class a checkout, and every pool a {@link PoolView}. */
export function observePoolConnect(): ObservedCall<PgPool> {
  return (pool, args, next) => {
    const call = takePoolCall()
    // An ending pool answers at once and hands out nothing.
    if (pool.ending === true || !processState().dispatcher.isObserved) return next.proceed(pool, args)
    const request = guarded(() => new CheckoutRequest(pool, call, call?.entered ?? next.entered))
    if (request === undefined) return next.proceed(pool, args)
    const opening = { pool, isForNobody: false }
    const callback = args[0]
    try {
      if (typeof callback === 'function') {
        const answering = answerTo(request, callback as ConnectCallback)
        return whileOpening(opening, () => next.proceed(pool, [answering]))
      }
      return withSettlementTap(
        pool,
        'Promise',
        (error, client) => request.answer(error, client),
        () => whileOpening(opening, () => next.proceed(pool, args)),
      )
    } catch (error) {
      request.answer(error, undefined)
      throw error
    } finally {
      guarded(() => request.begin())
    }
  }
}

/** The pool calls back in the context of whoever gave the connection back; the caller gets its own. */
function answerTo(request: CheckoutRequest, callback: ConnectCallback): ConnectCallback {
  return function answered(this: unknown, error: unknown, ...rest: unknown[]): unknown {
    request.answer(error, rest[0])
    return handOver(request.call, () =>
      runWithUnitOfWork(request.callerContext, request.unitOfWork, callback, this, error, ...rest),
    )
  }
}

/** Also runs when a connection that was given back is replaced, then without a caller. */
export function patchNewClient(prototype: PgPoolPrototype): void {
  const bareNewClient = prototype.newClient
  if (bareNewClient === undefined) return
  prototype.newClient = function newClient(this: PgPool, ...args: unknown[]): unknown {
    return whileOpening({ pool: this, isForNobody: !isConnecting(this) }, () =>
      bareNewClient.apply(this, args),
    )
  }
}

export function observePoolEnd(): ObservedCall<PgPool> {
  return (pool, args, next) => {
    const result = next.proceed(pool, args)
    guarded(() => followEnd(pool))
    return result
  }
}

function followEnd(pool: PgPool): void {
  const view = knownPoolState(pool)?.view
  if (view === undefined) return
  const bareCallback = pool._endCallback
  if (pool.ended === true || bareCallback === undefined) {
    endView(view)
    return
  }
  pool._endCallback = function ended(this: unknown, ...args: unknown[]): unknown {
    guarded(() => endView(view))
    return bareCallback.apply(this, args)
  }
}

// The request whose `connect` is running: its checkout begins when the driver has returned, as only then the pool's
// first connection has told where the pool leads.
let connecting: CheckoutRequest | undefined

function isConnecting(pool: PgPool): boolean {
  return connecting?.pool === pool
}

/** One `pool.connect()`, from the call until its answer. */
class CheckoutRequest {
  readonly pool: PgPool
  readonly call: PoolCall | undefined
  readonly callerContext: Context = context.active()
  readonly unitOfWork: UnitOfWork | undefined
  readonly #path: AcquirePath
  readonly #requestedAt = performance.now()
  readonly #entered: OwnFunction
  readonly #outer = connecting
  #checkout: Checkout | undefined = undefined

  constructor(pool: PgPool, call: PoolCall | undefined, entered: OwnFunction) {
    this.pool = pool
    this.call = call
    this.#entered = entered
    this.unitOfWork = call === undefined ? currentUnitOfWork(this.callerContext) : call.unitOfWork
    this.#path = pathOf(pool)
    connecting = this
  }

  /** The driver has returned from `connect`. */
  begin(): void {
    if (connecting === this) connecting = this.#outer
    this.#begun()
  }

  answer(error: unknown, client: unknown): void {
    guarded(() => {
      const checkout = this.#begun()
      checkout.pool.pending--
      if (error || !isClient(client)) fail(checkout, error)
      else acquire(checkout, client)
    })
  }

  #begun(): Checkout {
    if (this.#checkout !== undefined) return this.#checkout
    const state = knownPoolState(this.pool) ?? poolStateOf(this.pool, poolTarget(this.pool))
    const { view } = state
    const checkout = new PgCheckout(
      view,
      this.callerContext,
      this.unitOfWork,
      this.call !== undefined,
      this.#path,
      this.#requestedAt,
    )
    this.#checkout = checkout
    state.requests++
    const { dispatcher } = processState()
    checkout.noteCaller(dispatcher.checkoutStacks, state, limitOf(this.pool), this.#entered)
    view.pending++
    dispatcher.checkoutRequested(checkout)
    return checkout
  }
}

function pathOf(pool: PgPool): AcquirePath {
  if (pool.idleCount > pool.waitingCount) return 'idle'
  return pool.totalCount >= limitOf(pool) ? 'queue' : 'create'
}

function limitOf(pool: PgPool): number {
  return pool.options?.max ?? Number.POSITIVE_INFINITY
}

function acquire(checkout: Checkout, client: PgClient): void {
  const state = clientStateOf(client)
  state.checkout = checkout
  processState().dispatcher.acquireCheckout(checkout, state.connection)
}

function fail(checkout: Checkout, error: unknown): void {
  checkout.timedOut = isTimeout(error)
  processState().dispatcher.failCheckout(checkout, error)
}

/** The pool's and the client's timeouts carry no code: their texts are all there is. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.message === 'timeout exceeded when trying to connect' ||
    error.message === 'Connection terminated due to connection timeout' ||
    error.message === 'timeout expired'
  )
}

function isClient(value: unknown): value is PgClient {
  return typeof value === 'object' && value !== null && 'query' in value
}
