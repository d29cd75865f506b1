import type { drivers } from './cells.js'

/** In every version; `packages/instrumentation-pg/src/driver/pg-shapes.ts` says what each is used for. */
const everywhere = [
  'Pool.Promise',
  'Pool.newClient',
  'Pool.options',
  'Pool.Client',
  'Pool._endCallback',
  'Pool._clients',
  'Pool._idle',
  'Pool._acquireClient',
  'Pool._pendingQueue',
  'Pool._pulseQueue',
  'Pool._expired',
  'Pool._remove',
  'Pool._releaseOnce',
  'Client._poolUseCount',
  'Client._pulseQueryQueue',
  'Client._Promise',
  'Client._queryable',
  'Client._ending',
  'Client._connect',
  'Client._connected',
  'Client.readyForQuery',
  'Client.connectionParameters',
  'Client.connection',
  'Connection.execute',
  'Query.callback',
  'Query.handleError',
  'Query.text',
  'QueryStream.cursor',
  'Cursor.state',
] as const

/** Fields of their own under these names, not getters that warn. */
const publicQueue = ['Client.queryQueue', 'Client.activeQuery'] as const
const privateQueue = ['Client._queryQueue', 'Client._activeQuery'] as const

const queueOf: Readonly<Record<keyof typeof drivers, readonly string[]>> = {
  '8.11': publicQueue,
  '8.11 with the newest pg-pool': publicQueue,
  '8.16': publicQueue,
  '8.20': privateQueue,
  '8.23': privateQueue,
}

/** Where a release of pg has the private members on which the patches rely. */
export function expectedMembers(pg: keyof typeof drivers): Readonly<Record<string, boolean>> {
  const present = new Set<string>([...everywhere, ...queueOf[pg]])
  return Object.fromEntries(
    [...present, ...publicQueue, ...privateQueue].map((name) => [name, present.has(name)]),
  )
}
