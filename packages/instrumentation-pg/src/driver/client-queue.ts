import type { AnalyzedQueryText } from '@pgspan/query-text'
import { type ClientState, clientStateOf, knownClientState } from './client-state.js'
import { commentQuery } from './comment-query.js'
import { coverMethod } from './cover-method.js'
import { guarded } from './guarded.js'
import { followNativeSubmittable } from './native-submittable.js'
import type { PgQueryExecution } from './pg-query-execution.js'
import {
  activeQueryOf,
  isNative,
  type PgClient,
  type PgClientPrototype,
  type PgQuery,
  queueOf,
} from './pg-shapes.js'
import type { QueryCall } from './query-call.js'
import { settleWithCallback } from './settlement.js'
import { SubmittableWatch } from './submittable-watch.js'

/** A `client.query` that is running: the client has not yet returned from it. */
export interface EnteringCall {
  readonly client: PgClient
  readonly state: ClientState
  readonly call: QueryCall
  readonly execution: PgQueryExecution
  readonly shape: AnalyzedQueryText
  /** False also for the callback of a `pool.query` whose caller awaits a promise: it is the pool's own. */
  readonly hasCallersCallback: boolean
}

type Pulse = (this: PgClient, ...args: unknown[]) => unknown

// The call that is being made: set while the driver's `query` runs, taken by the pulse of the client's queue.
let entering: EnteringCall | undefined

/** Returns the call that was running before, for {@link endEntering}. */
export function beginEntering(call: EnteringCall): EnteringCall | undefined {
  const outer = entering
  entering = call
  return outer
}

export function endEntering(outer: EnteringCall | undefined): void {
  entering = outer
}

/**
 * Follows a client class's queue: the pulse tells which object the client made of the call that is running, and
 * which queries have left for the server.
 */
export function patchClientQueue(prototype: PgClientPrototype): void {
  const barePulse = prototype._pulseQueryQueue
  if (barePulse === undefined) return
  prototype._pulseQueryQueue = function pulseQueryQueue(this: PgClient, ...args: unknown[]): unknown {
    const entered = entering
    if (entered === undefined || entered.client !== this) return pulseAgain(this, barePulse, args)
    entering = undefined
    guarded(adopt, entered)
    const result = barePulse.apply(this, args)
    guarded(noteEnteredSent, entered)
    return result
  }
  const bareNext = prototype._pulsePipelinedQueryQueue
  if (bareNext === undefined || !isNative(prototype)) return
  // libpq's pipeline sends the queries that came meanwhile without a pulse of the whole queue.
  prototype._pulsePipelinedQueryQueue = function pulsePipelined(this: PgClient, ...args: unknown[]): unknown {
    const result = bareNext.apply(this, args)
    guarded(noteWaitingSent, this, knownClientState(this))
    return result
  }
}

/** A pulse that is no call's: a query is over, and the next has its turn. */
function pulseAgain(client: PgClient, pulse: Pulse, args: unknown[]): unknown {
  const state = knownClientState(client)
  const watch = state?.watch
  if (watch !== undefined) guarded(settleDropped, watch)
  const result = pulse.apply(client, args)
  guarded(noteWaitingSent, client, state)
  return result
}

function settleDropped(watch: SubmittableWatch): void {
  watch.settleDropped()
}

/** The client has taken the query: it stands last in its queue, and nothing of it was sent yet. */
function adopt({ client, call, execution, shape, hasCallersCallback }: EnteringCall): void {
  const query = queueOf(client)?.at(-1)
  if (query === undefined) return
  execution.driverQuery = query
  commentQuery(execution, query, call.text, shape)
  const mayTimeOut = Boolean(call.queryTimeout || client.connectionParameters?.query_timeout)
  if (!call.isSubmittable) settleWithCallback(execution, query, hasCallersCallback, mayTimeOut)
  else if (isNative(client)) followNativeSubmittable(execution, query)
  else watchSubmittable(client, execution, query, mayTimeOut)
}

function watchSubmittable(
  client: PgClient,
  execution: PgQueryExecution,
  query: PgQuery,
  mayTimeOut: boolean,
): void {
  const watch = watchOf(client)
  if (watch === undefined) return
  watch.add(execution)
  if (!mayTimeOut) return
  // The driver's timeout is not a message of the server: it is told to the object alone.
  const uncover = coverMethod(query, 'handleError', (handleError, [error]) => {
    uncover()
    watch.settleGivenUp(execution, error)
    return handleError()
  })
  watch.onSettled(execution, uncover)
}

function watchOf(client: PgClient): SubmittableWatch | undefined {
  const state = clientStateOf(client)
  if (client.connection === undefined) return undefined
  state.watch ??= new SubmittableWatch(client, client.connection, () => {
    state.watch = undefined
  })
  return state.watch
}

/** The query of the call that is running has left the client's queue at once, or waits in it. */
function noteEnteredSent(entered: EnteringCall): void {
  const { client, state, execution } = entered
  if (isSent(client, execution, queueOf(client))) {
    execution.sentAt = execution.startedAt
    settleUnsent(client, entered)
  } else {
    execution.queuedBehind = state.waiting.length + (activeQueryOf(client) ? 1 : 0)
    state.waiting.push(execution)
  }
}

/** Whatever has left the client's queue meanwhile is on its way to the server. */
function noteWaitingSent(client: PgClient, state: ClientState | undefined): void {
  if (state === undefined || state.waiting.length === 0) return
  const queue = queueOf(client)
  const now = performance.now()
  for (let next = state.waiting[0]; next !== undefined; next = state.waiting[0]) {
    if (next.settledAt === 0 && !isSent(client, next, queue)) return
    state.waiting.shift()
    if (next.settledAt === 0) next.sentAt = now
  }
}

/** In pipeline mode a query has its turn when those before it are answered, though it was written long before. */
function isSent(
  client: PgClient,
  execution: PgQueryExecution,
  queue: readonly unknown[] | undefined,
): boolean {
  const query = execution.driverQuery
  if (query === undefined) return false
  if (activeQueryOf(client) === query) return true
  return queue?.includes(query) === false && client._sentQueryQueue?.includes(query) !== true
}

/** A Submittable whose `submit` gave an error never runs; in pipeline mode it was not even active for a moment. */
function settleUnsent(client: PgClient, { call, execution }: EnteringCall): void {
  if (client.pipeline !== true || !call.isSubmittable || isNative(client)) return
  if (activeQueryOf(client) === execution.driverQuery) return
  const error = new Error('The driver refused the query before it was sent')
  clientStateOf(client).watch?.settleGivenUp(execution, error)
}
