import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  ConnectionOpening,
  currentUnitOfWork,
  processState,
  runOutsideUnitOfWork,
  runWithUnitOfWork,
} from '@pgspan/lifecycle'
import { announceEnd, clientStateOf, followSettings } from './client-state.js'
import { foreignOpening } from './foreign-opening.js'
import { guarded } from './guarded.js'
import type { ObservedCall } from './layered-method.js'
import type { PgClient, PgClientPrototype } from './pg-shapes.js'
import { announceRemoval } from './pool-removals.js'
import { type OpeningPool, poolStateOf, takeOpeningPool } from './pool-state.js'
import { withSettlementTap } from './promise-taps.js'

type ConnectCallback = (this: unknown, error: unknown, ...rest: unknown[]) => unknown

/**
 * Makes every `client.connect` a connection opening.
 *
 * The socket and the listeners of the connection outlive the request that happened to open it, so they are made
 * outside any unit of work and trace; the caller's callback runs in the caller's.
 */
export function observeClientConnect(): ObservedCall<PgClient> {
  return (client, args, next) => {
    if (!processState().dispatcher.isObserved) return next.proceed(client, args)
    const forPool = takeOpeningPool()
    const opening = guarded(() => open(client, forPool))
    if (opening === undefined) return next.proceed(client, args)
    const settled = (error: unknown): void => {
      guarded(() => settleOpening(client, opening, error, forPool))
    }
    const callback = args[0]
    try {
      if (typeof callback === 'function') {
        const answered = answering(callback as ConnectCallback, opening, settled, forPool === undefined)
        return runOutsideUnitOfWork(() => next.proceed(client, [answered]))
      }
      return withSettlementTap(client, '_Promise', settled, () =>
        runOutsideUnitOfWork(() => next.proceed(client, args)),
      )
    } catch (error) {
      settled(error)
      throw error
    }
  }
}

/** Nobody else stands between this and the connection: upstream calls `connect` with its own span active. */
export function patchConnection(prototype: PgClientPrototype): void {
  const bareConnect = prototype._connect
  if (bareConnect === undefined) return
  prototype._connect = function connectOutside(this: PgClient, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareConnect.apply(this, args)
    guarded(() => followSettings(this))
    return runOutsideUnitOfWork(() => bareConnect.apply(this, args))
  }
}

function answering(
  callback: ConnectCallback,
  opening: ConnectionOpening,
  settled: (error: unknown) => void,
  isCallersCallback: boolean,
): ConnectCallback {
  return function answered(this: unknown, error: unknown, ...rest: unknown[]): unknown {
    settled(error)
    // A pool's own callback hands the connection to whoever waits for it; that caller's is bound there.
    if (!isCallersCallback) return callback.call(this, error, ...rest)
    return runWithUnitOfWork(opening.callerContext, opening.unitOfWork, callback, this, error, ...rest)
  }
}

function open(client: PgClient, forPool: OpeningPool | undefined): ConnectionOpening | undefined {
  const { connection, isSideConnection } = clientStateOf(client)
  if (isSideConnection) return undefined
  const callerContext = forPool?.isForNobody ? ROOT_CONTEXT : context.active()
  const opening = new ConnectionOpening(
    connection,
    forPool ? poolStateOf(forPool.pool, connection.target).view : foreignOpening()?.opens(client),
    callerContext,
    forPool?.isForNobody ? undefined : currentUnitOfWork(callerContext),
    performance.now(),
  )
  processState().dispatcher.connectionOpening(opening)
  return opening
}

function settleOpening(
  client: PgClient,
  opening: ConnectionOpening,
  error: unknown,
  forPool: OpeningPool | undefined,
): void {
  const { dispatcher } = processState()
  const { connection } = opening
  if (typeof client.processID === 'number') connection.backendProcessId = client.processID
  if (!dispatcher.settleOpening(opening, error ?? undefined) || error) return
  const state = clientStateOf(client)
  state.isOpen = forPool !== undefined
  announceEnd(client, connection, () => {
    // A hook of the pool has refused it: nobody was given it.
    if (forPool?.pool._clients?.includes(client) === false) announceRemoval(forPool.pool, state, 'error')
  })
}
