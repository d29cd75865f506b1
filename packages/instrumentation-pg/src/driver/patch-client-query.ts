import { context } from '@opentelemetry/api'
import { currentUnitOfWork, processState } from '@pgspan/lifecycle'
import type { AnalyzedQueryText, QueryShapeCache } from '@pgspan/query-text'
import { callerOfArmed, isAnyStatementArmed } from './armed-statements.js'
import { type ClientState, clientStateOf, knownClientState } from './client-state.js'
import { commentQuery } from './comment-query.js'
import { guarded } from './guarded.js'
import { PgQueryExecution } from './pg-query-execution.js'
import { activeQueryOf, type PgClient, type PgClientPrototype, queueOf } from './pg-shapes.js'
import { takePoolCall } from './pool-call.js'
import { withCallSiteTap } from './promise-taps.js'
import { type QueryCall, readQueryCall } from './query-call.js'
import { settle, settleWithCallback } from './settlement.js'
import type { OwnFunction } from './stack-frames.js'
import { SubmittableWatch } from './submittable-watch.js'

/** The call that is being made: set while the driver's `query` runs, taken by the pulse of the client's queue. */
interface EnteringCall {
  readonly client: PgClient
  readonly call: QueryCall
  readonly execution: PgQueryExecution
  readonly shape: AnalyzedQueryText
}

/** Makes every `client.query` of a client class a query execution. */
export function patchClientQuery(prototype: PgClientPrototype, shapes: QueryShapeCache): void {
  const bareQuery = prototype.query
  const barePulse = prototype._pulseQueryQueue
  let entering: EnteringCall | undefined

  prototype.query = function query(this: PgClient, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareQuery.apply(this, args)
    const entered = guarded(() => enter(this, args, shapes, query))
    if (entered === undefined) return bareQuery.apply(this, args)
    const outer = entering
    entering = entered
    try {
      if (entered.call.hasCallback || entered.call.isSubmittable) return bareQuery.apply(this, args)
      return withCallSiteTap(this, '_Promise', entered.execution, () => bareQuery.apply(this, args))
    } catch (error) {
      settle(entered.execution, error, undefined)
      throw error
    } finally {
      entering = outer
      if (entered.execution.driverQuery === undefined) settle(entered.execution, refusalOf(this), undefined)
    }
  }

  if (barePulse === undefined) return
  prototype._pulseQueryQueue = function pulseQueryQueue(this: PgClient, ...args: unknown[]): unknown {
    const entered = entering
    if (entered !== undefined && entered.client === this) {
      entering = undefined
      guarded(() => adopt(entered))
    } else {
      guarded(() => knownClientState(this)?.watch?.settleDropped())
    }
    const result = barePulse.apply(this, args)
    guarded(() => noteSent(this, entered))
    return result
  }
}

/** Starts the execution. */
function enter(
  client: PgClient,
  args: readonly unknown[],
  shapes: QueryShapeCache,
  entered: OwnFunction,
): EnteringCall | undefined {
  const call = readQueryCall(args)
  if (call === undefined) return undefined
  const state = clientStateOf(client)
  if (state.isSideConnection) return undefined
  const poolCall = takePoolCall()
  const callerContext = poolCall?.callerContext ?? context.active()
  const shape = shapes.shapeOf(call.text)
  const execution = new PgQueryExecution(
    callerContext,
    poolCall === undefined ? currentUnitOfWork(callerContext) : poolCall.unitOfWork,
    state.connection,
    state.checkout,
    shape,
    call.statementName,
    call.isSubmittable,
    performance.now(),
  )
  execution.text = call.text
  if (poolCall !== undefined) poolCall.lead(execution)
  else if (!call.hasCallback && !call.isSubmittable) execution.awaitsPromise = true
  else if (isAnyStatementArmed()) execution.notedCaller = callerOfArmed(execution.shape.fingerprint, entered)
  if (state.checkout?.firstQueryAt === 0) state.checkout.firstQueryAt = execution.startedAt
  processState().dispatcher.queryStarted(execution, call.values)
  return { client, call, execution, shape }
}

/** The client has taken the query: it stands last in its queue, and nothing of it was sent yet. */
function adopt({ client, call, execution, shape }: EnteringCall): void {
  const query = queueOf(client)?.at(-1)
  if (query === undefined) return
  execution.driverQuery = query
  if (call.isSubmittable) {
    watchOf(client)?.add(execution)
    return
  }
  commentQuery(execution, query, call.text, shape)
  const mayTimeOut = Boolean(call.queryTimeout || client.connectionParameters?.query_timeout)
  settleWithCallback(execution, query, call.hasCallback, mayTimeOut)
}

function watchOf(client: PgClient): SubmittableWatch | undefined {
  const state = clientStateOf(client)
  if (client.connection === undefined) return undefined
  state.watch ??= new SubmittableWatch(client, client.connection, () => {
    state.watch = undefined
  })
  return state.watch
}

/** Whatever has left the client's queue is on its way to the server. */
function noteSent(client: PgClient, entered: EnteringCall | undefined): void {
  const queue = queueOf(client)
  if (entered !== undefined && entered.client === client) {
    const { execution } = entered
    if (isSent(client, execution, queue)) execution.sentAt = execution.startedAt
    else clientStateOf(client).waiting.push(execution)
    return
  }
  const state = knownClientState(client)
  if (state !== undefined && state.waiting.length > 0) noteWaitingSent(client, state, queue)
}

function noteWaitingSent(client: PgClient, state: ClientState, queue: readonly unknown[] | undefined): void {
  const now = performance.now()
  for (let next = state.waiting[0]; next !== undefined; next = state.waiting[0]) {
    if (next.settledAt === 0 && !isSent(client, next, queue)) return
    state.waiting.shift()
    if (next.settledAt === 0) next.sentAt = now
  }
}

function isSent(
  client: PgClient,
  execution: PgQueryExecution,
  queue: readonly unknown[] | undefined,
): boolean {
  const query = execution.driverQuery
  return query !== undefined && (activeQueryOf(client) === query || queue?.includes(query) === false)
}

/** The error that the driver is about to give for a query that it did not take. */
function refusalOf(client: PgClient): Error {
  if (client._queryable === false) {
    return new Error('Client has encountered a connection error and is not queryable')
  }
  if (client._ending === true) return new Error('Client was closed and is not queryable')
  return new Error('The driver refused the query')
}
