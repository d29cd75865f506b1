import type { RemovalReason } from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import type { PgClient, PgIdleItem, PgPendingItem, PgPool } from './pg-shapes.js'
import { announceRemoval } from './pool-removals.js'

/** A pool of pg-pool's shape that has every member that control needs. */
export interface ControllablePool extends PgPool {
  _clients: readonly PgClient[]
  readonly _idle: PgIdleItem[]
  readonly _pendingQueue: PgPendingItem[]
  readonly _expired: WeakSet<PgClient>
  _pulseQueue(): void
  _remove(client: PgClient): void
  _acquireClient(
    client: PgClient,
    pendingItem: PgPendingItem,
    idleListener: PgIdleItem['idleListener'],
    isNew: boolean,
  ): void
  newClient(pendingItem: PgPendingItem): void
}

const methods = ['_pulseQueue', '_remove', '_acquireClient', 'newClient', 'end'] as const

export function isControllable(pool: PgPool): pool is ControllablePool {
  const { _clients, _idle, _pendingQueue, _expired } = pool as Partial<ControllablePool>
  return (
    [_clients, _idle, _pendingQueue].every(Array.isArray) &&
    _expired instanceof WeakSet &&
    methods.every((method) => typeof Reflect.get(pool, method) === 'function')
  )
}

/** Closes a connection now, also one whose server does not answer, and serves who waits. */
export function closeClient(pool: ControllablePool, client: PgClient, reason: RemovalReason): void {
  client.connection?.stream?.destroy?.()
  removeClient(pool, client, reason)
}

/** Says goodbye to the server, and serves who waits: the place is free at once, however long the goodbye takes. */
export function removeClient(pool: ControllablePool, client: PgClient, reason: RemovalReason): void {
  announceRemoval(pool, clientStateOf(client), reason)
  pool._remove(client)
  pool._pulseQueue()
}

/** Lets a request wait again, before all others. */
export function requeue(pool: ControllablePool, pendingItem: PgPendingItem): void {
  if (pendingItem.timedOut) return
  if (pool.ending) {
    pendingItem.callback(new Error('Cannot use a pool after calling end on the pool'), undefined, () => {})
    return
  }
  pool._pendingQueue.unshift(pendingItem)
  pool._pulseQueue()
}

/** Replaces a method of this pool alone, until the function that it returns is called. */
export function overrideMethod<Name extends '_acquireClient' | 'newClient'>(
  pool: ControllablePool,
  name: Name,
  value: ControllablePool[Name],
): () => void {
  const own = Object.getOwnPropertyDescriptor(pool, name)
  Object.defineProperty(pool, name, { value, configurable: true, writable: true, enumerable: false })
  return () => {
    if (own === undefined) Reflect.deleteProperty(pool, name)
    else Object.defineProperty(pool, name, own)
  }
}
