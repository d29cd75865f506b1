import { context } from '@opentelemetry/api'
import { type CallSite, currentUnitOfWork, processState, runWithUnitOfWork } from '@pgspan/lifecycle'
import { callerOfArmed, isAnyStatementArmed } from './armed-statements.js'
import {
  answerRequest,
  beginRequest,
  type CheckoutRequest,
  endRequest,
  isConnecting,
} from './checkout-request.js'
import { guarded } from './guarded.js'
import type { ObservedCall } from './layered-method.js'
import type { PgPool, PgPoolPrototype } from './pg-shapes.js'
import { beginHandOver, endHandOver, PoolCall, takePoolCall } from './pool-call.js'
import { beginOpening, endOpening, endView, knownPoolState } from './pool-state.js'
import { beginCallSiteTap, endCallSiteTap, withSettlementTap } from './promise-taps.js'
import { readQueryCall } from './query-call.js'
import type { QueryShapes } from './query-shapes.js'
import type { OwnFunction } from './stack-frames.js'

type ConnectCallback = (this: unknown, error: unknown, ...rest: unknown[]) => unknown

const { dispatcher } = processState()

/** `pool.query` connects, queries and releases by itself, later and in other contexts: the caller is noted here. */
export function patchPoolQuery(prototype: PgPoolPrototype, shapes: QueryShapes): void {
  const bareQuery = prototype.query
  prototype.query = function query(this: PgPool, ...args: unknown[]): unknown {
    if (!dispatcher.isListening) return bareQuery.apply(this, args)
    const call = guarded(noteCall, args, shapes, query)
    if (call === undefined) return bareQuery.apply(this, args)
    const outer = beginHandOver(call)
    call.isTapped = call.awaitsPromise && beginCallSiteTap(this, 'Promise', call)
    try {
      return bareQuery.apply(this, args)
    } finally {
      if (call.isTapped) endCallSiteTap(this, 'Promise')
      endHandOver(outer)
    }
  }
}

function noteCall(args: readonly unknown[], shapes: QueryShapes, entered: OwnFunction): PoolCall {
  const awaitsPromise = typeof args[1] !== 'function' && typeof args[2] !== 'function'
  const caller = awaitsPromise || !isAnyStatementArmed() ? undefined : callerOf(args, shapes, entered)
  const callerContext = context.active()
  return new PoolCall(callerContext, currentUnitOfWork(callerContext), entered, awaitsPromise, caller)
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
    if (pool.ending === true || !dispatcher.isListening) return next.proceed(pool, args)
    const request = guarded(beginRequest, pool, call, next.entered)
    if (request === undefined) return next.proceed(pool, args)
    const outer = beginOpening({ pool, isForNobody: false })
    const callback = args[0]
    try {
      if (typeof callback === 'function') {
        return next.proceed(pool, [answerTo(request, callback as ConnectCallback)])
      }
      return withSettlementTap(
        pool,
        'Promise',
        (error, client) => guarded(answerRequest, request, error, client),
        () => next.proceed(pool, args),
      )
    } catch (error) {
      guarded(answerRequest, request, error, undefined)
      throw error
    } finally {
      endOpening(outer)
      guarded(endRequest, request)
    }
  }
}

/** The pool calls back in the context of whoever gave the connection back; the caller gets its own. */
function answerTo(request: CheckoutRequest, callback: ConnectCallback): ConnectCallback {
  return function answered(this: unknown, ...args: [error: unknown, ...rest: unknown[]]): unknown {
    guarded(answerRequest, request, args[0], args[1])
    const outer = beginHandOver(request.call)
    try {
      return runWithUnitOfWork(request.callerContext, request.unitOfWork, callback, this, ...args)
    } finally {
      endHandOver(outer)
    }
  }
}

/** Also runs when a connection that was given back is replaced, then without a caller. */
export function patchNewClient(prototype: PgPoolPrototype): void {
  const bareNewClient = prototype.newClient
  if (bareNewClient === undefined) return
  prototype.newClient = function newClient(this: PgPool, ...args: unknown[]): unknown {
    const outer = beginOpening({ pool: this, isForNobody: !isConnecting(this) })
    try {
      return bareNewClient.apply(this, args)
    } finally {
      endOpening(outer)
    }
  }
}

export function observePoolEnd(): ObservedCall<PgPool> {
  return (pool, args, next) => {
    const result = next.proceed(pool, args)
    guarded(followEnd, pool)
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
    guarded(endView, view)
    return bareCallback.apply(this, args)
  }
}
