import { context } from '@opentelemetry/api'
import { currentUnitOfWork, processState } from '@pgspan/lifecycle'
import { callerOfArmed, isAnyStatementArmed } from './armed-statements.js'
import { bindCallersCallback } from './callers-callback.js'
import { beginEntering, type EnteringCall, endEntering } from './client-queue.js'
import { clientStateOf } from './client-state.js'
import { guarded } from './guarded.js'
import type { Next, ObservedCall } from './layered-method.js'
import { PgQueryExecution } from './pg-query-execution.js'
import type { PgClient } from './pg-shapes.js'
import { takePoolCall } from './pool-call.js'
import { beginCallSiteTap, endCallSiteTap } from './promise-taps.js'
import { readQueryCall } from './query-call.js'
import type { QueryShapes } from './query-shapes.js'
import { settle } from './settlement.js'
import type { OwnFunction } from './stack-frames.js'

const { dispatcher } = processState()

/** Makes every `client.query` of a client class a query execution. */
export function observeClientQuery(shapes: QueryShapes): ObservedCall<PgClient> {
  return (client, args, next) => {
    if (!dispatcher.isListening) return next.proceed(client, args)
    const entered = guarded(enter, client, args, shapes, next.entered)
    if (entered === undefined) return next.proceed(client, args)
    const outer = beginEntering(entered)
    try {
      return next.silencesUpstream ? callThroughUpstream(entered, args, next) : call(entered, args, next)
    } catch (error) {
      settle(entered.execution, error, undefined)
      throw error
    } finally {
      endEntering(outer)
      if (entered.execution.driverQuery === undefined) {
        settle(entered.execution, refusalOf(client, entered), undefined)
      }
    }
  }
}

function call(
  { client, call, execution }: EnteringCall,
  args: readonly unknown[],
  next: Next<PgClient>,
): unknown {
  const isTapped = !call.hasCallback && !call.isSubmittable && beginCallSiteTap(client, '_Promise', execution)
  try {
    return next.proceed(client, args)
  } finally {
    if (isTapped) endCallSiteTap(client, '_Promise')
  }
}

/** Upstream hands a caller's callback on bound to the context of its own call, in which nothing is recorded. */
function callThroughUpstream(entered: EnteringCall, args: readonly unknown[], next: Next<PgClient>): unknown {
  const bound = bindCallersCallback(args, entered.execution)
  try {
    return call(entered, bound.args, next)
  } finally {
    bound.restore()
  }
}

/** Starts the execution. */
function enter(
  client: PgClient,
  args: readonly unknown[],
  shapes: QueryShapes,
  entered: OwnFunction,
): EnteringCall | undefined {
  const call = readQueryCall(args)
  if (call === undefined) return undefined
  const state = clientStateOf(client)
  if (state.isSideConnection) return undefined
  const poolCall = takePoolCall()
  const callerContext = poolCall?.callerContext ?? context.active()
  const shape = shapes.shapeOf(call.text, state.backslashEscapes)
  const execution = new PgQueryExecution(
    callerContext,
    poolCall === undefined ? currentUnitOfWork(callerContext) : poolCall.unitOfWork,
    state.connection,
    state.checkout,
    shape,
    call.statementName,
    call.isSubmittable,
    // The pool has handed the connection over in this step; to read the clock costs as much as a span's attribute.
    poolCall !== undefined && state.checkout !== undefined ? state.checkout.acquiredAt : performance.now(),
  )
  execution.text = call.text
  if (poolCall !== undefined) poolCall.lead(execution)
  else if (!call.hasCallback && !call.isSubmittable) execution.awaitsPromise = true
  else if (isAnyStatementArmed()) execution.notedCaller = callerOfArmed(execution.shape.fingerprint, entered)
  if (state.checkout?.firstQueryAt === 0) state.checkout.firstQueryAt = execution.startedAt
  dispatcher.queryStarted(execution, call.values)
  const hasCallersCallback = call.hasCallback && poolCall?.isTapped !== true
  return { client, state, call, execution, shape, hasCallersCallback }
}

/** The error that the driver is about to give for a query that it did not take. */
function refusalOf(client: PgClient, { call }: EnteringCall): Error {
  if (client.pipeline === true && (call.isSubmittable || call.readsInPortions)) {
    return new Error('The query is not supported in pipeline mode')
  }
  if (client._queryable === false) {
    return new Error('Client has encountered a connection error and is not queryable')
  }
  if (client._ending === true) return new Error('Client was closed and is not queryable')
  return new Error('The driver refused the query')
}
