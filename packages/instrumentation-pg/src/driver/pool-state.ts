import { errorMonitor } from 'node:events'
import { diag } from '@opentelemetry/api'
import { type DatabaseTarget, type PoolCounts, PoolView, processState } from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import { targetOf } from './connection-identity.js'
import { guarded } from './guarded.js'
import { controlOf, validatingIn } from './pg-pool-control.js'
import type { PgClient, PgPool } from './pg-shapes.js'
import { noteRelease } from './pool-releases.js'
import { openSideConnection } from './side-connection.js'

/** What is known of one pool, for as long as the application keeps the pool. */
export interface PoolState {
  readonly view: PoolView
  /** How often a connection was asked for. */
  requests: number
}

const { dispatcher, poolNames } = processState()
const states: WeakMap<PgPool, PoolState> = new WeakMap()
/** Of pools that were named by hand. */
const names: WeakMap<PgPool, string> = new WeakMap()
const collected: FinalizationRegistry<PoolView> = new FinalizationRegistry((view) => {
  view.wasDropped = true
  endView(view)
})

/** The state of a pool; made when the pool is first seen, with the target of its first connection. */
export function poolStateOf(pool: PgPool, target: DatabaseTarget): PoolState {
  const known = states.get(pool)
  if (known !== undefined) return known
  const reference = new WeakRef(pool)
  const view = new PoolView(
    poolNames.take(names.get(pool), target),
    target,
    () => countsOf(reference.deref()),
    (purpose, database) => openSideConnection(reference.deref(), purpose, database),
    () => controlOf(reference.deref()),
  )
  const state: PoolState = { view, requests: 0 }
  states.set(pool, state)
  collected.register(pool, view)
  // The pool tells of what goes out and comes back, also while nobody listens, and of what it hands to nobody.
  pool.on('acquire', (client: PgClient) => {
    guarded(take, view, client)
  })
  pool.on('release', (error: unknown, client: PgClient) => {
    guarded(release, view, error, client)
  })
  pool.on(errorMonitor, (error: unknown) => {
    guarded(() => dispatcher.poolFailed({ pool: view, error }))
  })
  for (const client of clientsOut(pool)) take(view, client)
  dispatcher.poolAppeared(view)
  return state
}

export function knownPoolState(pool: PgPool): PoolState | undefined {
  return states.get(pool)
}

/** The pool is over: its figures read 0 from now on, and another pool may take its name. */
export function endView(view: PoolView): void {
  if (dispatcher.endPool(view)) poolNames.release(view.name)
}

function countsOf(pool: PgPool | undefined): PoolCounts | undefined {
  if (pool === undefined || pool.ended === true) return undefined
  return {
    total: pool.totalCount,
    idle: pool.idleCount + validatingIn(pool),
    limit: pool.options?.max ?? 0,
    idleMinimum: pool.options?.min ?? 0,
  }
}

/** Clients that somebody holds: the pool has handed them out before, and they are not idle. */
function clientsOut(pool: PgPool): PgClient[] {
  const idle = new Set(pool._idle?.map(({ client }) => client))
  return (pool._clients ?? []).filter((client) => client.release !== undefined && !idle.has(client))
}

/** To be called before the pool is first used: afterwards its figures have a name. */
export function namePool(pool: PgPool, name: string): void {
  const known = states.get(pool)?.view.name
  if (known === undefined) names.set(pool, name)
  else if (known !== name)
    diag.warn(`pgspan: pool ${known} was in use before it was given another name; it keeps its name`)
}

/** A pool that is known from now on, before its next connection is asked for. */
export function announcePool(pool: PgPool): void {
  if (states.has(pool) || pool.ending === true || pool.ended === true) return
  const target = poolTarget(pool)
  // Only a connection tells where a connection string or the environment leads to.
  if (target.address !== undefined || target.namespace !== undefined) poolStateOf(pool, target)
}

/** Where a pool leads, as far as it can be told before it is asked for a connection. */
export function poolTarget(pool: PgPool): DatabaseTarget {
  return targetOf(pool._clients?.[0] ?? pool.options ?? {})
}

function take(view: PoolView, client: PgClient): void {
  const state = clientStateOf(client)
  if (state.isOut) return
  state.isOut = true
  view.used++
}

/** What went to nobody, or while nobody listened, has no checkout. */
function release(view: PoolView, error: unknown, client: PgClient): void {
  const state = clientStateOf(client)
  if (state.isOut) {
    state.isOut = false
    view.used--
  }
  const { checkout } = state
  if (error) state.releaseError = error
  if (checkout === undefined) return
  state.checkout = undefined
  if (!error && client._queryable !== false) guarded(noteRelease, checkout, client)
  dispatcher.releaseCheckout(checkout, error || undefined)
}

/** A pool that is about to open a connection. */
export interface OpeningPool {
  readonly pool: PgPool
  /** True if it replaces a connection that somebody gave back, in that one's context: the caller is not running. */
  readonly isForNobody: boolean
}

// Set for the one synchronous step from the pool's decision to open a connection to the client's `connect`.
let opening: OpeningPool | undefined

/** Begins that step. Returns what was opening before, for {@link endOpening}. */
export function beginOpening(openingPool: OpeningPool): OpeningPool | undefined {
  const outer = opening
  opening = openingPool
  return outer
}

export function endOpening(outer: OpeningPool | undefined): void {
  opening = outer
}

export function takeOpeningPool(): OpeningPool | undefined {
  const taken = opening
  opening = undefined
  return taken
}
