import { type Context, context } from '@opentelemetry/api'
import {
  type AcquirePath,
  type Checkout,
  currentUnitOfWork,
  processState,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import { PgCheckout } from './pg-checkout.js'
import type { PgClient, PgPool } from './pg-shapes.js'
import type { PoolCall } from './pool-call.js'
import { knownPoolState, poolStateOf, poolTarget } from './pool-state.js'
import type { OwnFunction } from './stack-frames.js'

const { dispatcher } = processState()

// The request whose `connect` is running: its checkout begins when the driver has returned, as only then the pool's
// first connection has told where the pool leads.
let connecting: CheckoutRequest | undefined

/** True while a `connect` of this pool runs: what the pool opens now is for its caller. */
export function isConnecting(pool: PgPool): boolean {
  return connecting?.pool === pool
}

/** One `pool.connect()`, from the call until its answer. */
export interface CheckoutRequest {
  readonly pool: PgPool
  readonly call: PoolCall | undefined
  readonly callerContext: Context
  readonly unitOfWork: UnitOfWork | undefined
  readonly path: AcquirePath
  readonly requestedAt: number
  /** The function of ours that the caller has called. */
  readonly entered: OwnFunction
  readonly outer: CheckoutRequest | undefined
  checkout: Checkout | undefined
}

/**
 * Notes a `connect` that is about to run.
 *
 * @param entered the function of ours that was called.
 */
export function beginRequest(
  pool: PgPool,
  call: PoolCall | undefined,
  entered: OwnFunction,
): CheckoutRequest {
  const callerContext = call === undefined ? context.active() : call.callerContext
  const request: CheckoutRequest = {
    pool,
    call,
    callerContext,
    unitOfWork: call === undefined ? currentUnitOfWork(callerContext) : call.unitOfWork,
    path: pathOf(pool),
    requestedAt: performance.now(),
    entered: call === undefined ? entered : call.entered,
    outer: connecting,
    checkout: undefined,
  }
  connecting = request
  return request
}

/** The driver has returned from `connect`. */
export function endRequest(request: CheckoutRequest): void {
  if (connecting === request) connecting = request.outer
  checkoutOf(request)
}

/** The pool has handed over a client, or an error. */
export function answerRequest(request: CheckoutRequest, error: unknown, client: unknown): void {
  const checkout = checkoutOf(request)
  checkout.pool.pending--
  if (error || !isClient(client)) fail(checkout, error)
  else acquire(checkout, client)
}

function checkoutOf(request: CheckoutRequest): Checkout {
  if (request.checkout !== undefined) return request.checkout
  const { pool, callerContext, unitOfWork, path, requestedAt } = request
  const state = knownPoolState(pool) ?? poolStateOf(pool, poolTarget(pool))
  const forSingleQuery = request.call !== undefined
  const checkout = new PgCheckout(state.view, callerContext, unitOfWork, forSingleQuery, path, requestedAt)
  request.checkout = checkout
  state.requests++
  checkout.asking = request.entered
  checkout.noteCaller(dispatcher.checkoutStacks, state.requests, limitOf(pool))
  state.view.pending++
  dispatcher.checkoutRequested(checkout)
  checkout.asking = undefined
  return checkout
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
  dispatcher.acquireCheckout(checkout, state.connection)
}

function fail(checkout: Checkout, error: unknown): void {
  checkout.timedOut = isTimeout(error)
  dispatcher.failCheckout(checkout, error)
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
