import type { EventEmitter } from 'node:events'

/**
 * The parts of `pg` and `pg-pool` that the patches touch, as our own structural interfaces: nothing here depends on
 * the driver's types, and every private member that is relied on stands in this file, with the versions in which it
 * was seen.
 *
 * | member | of | seen in | used for |
 * | --- | --- | --- | --- |
 * | `_pulseQueryQueue` | Client | pg 8.11, 8.16, 8.20, 8.23 | the moment a query leaves the client's queue |
 * | `_queryQueue`, `_activeQuery` | Client | pg 8.20, 8.23; `queryQueue`, `activeQuery` in 8.11, 8.16 | which query that is |
 * | `_sentQueryQueue` | Client | pg 8.23 | which queries of a pipeline wait for their answers |
 * | `_hasActiveQuery` | native Client | pg 8.11, 8.16, 8.20, 8.23 | that a client speaks through libpq |
 * | `_pulsePipelinedQueryQueue` | native Client | pg 8.23 | when queries of its pipeline are sent |
 * | `_connect` | Client | pg 8.11, 8.16, 8.20, 8.23 | what the connection's listeners are made in |
 * | `_connected` | Client | pg 8.11, 8.16, 8.20, 8.23 | whether a connection was open before it was observed |
 * | `_Promise` | Client | pg 8.11, 8.16, 8.20, 8.23 | the promise that the caller awaits |
 * | `_queryable`, `_ending` | Client | pg 8.11, 8.16, 8.20, 8.23 | why a query was refused |
 * | `readyForQuery`, `connection` | Client | pg 8.11, 8.16, 8.20, 8.23 | following a Submittable |
 * | `getTransactionStatus` | Client | pg 8.23 | whether a transaction is open; public |
 * | `connectionParameters` | Client | pg 8.11, 8.16, 8.20, 8.23 | whether a query may time out |
 * | `parameterStatus` | Connection | pg 8.11, 8.16, 8.20, 8.23 | how the server reads strings |
 * | `execute` | Connection | pg 8.11, 8.16, 8.20, 8.23 | the rounds of a Submittable |
 * | `callback`, `handleError` | Query | pg 8.11, 8.16, 8.20, 8.23 | settlement |
 * | `text` | Query | pg 8.11, 8.16, 8.20, 8.23 | the comment behind it |
 * | `cursor` | QueryStream | pg-query-stream 4.5, 4.10, 4.14, 4.17 | its text and values |
 * | `state` | Cursor | pg-cursor 2.10, 2.15, 2.19, 2.22 | whether it is being closed |
 * | `Client`, `options` | Pool | pg-pool 3.6, 3.10, 3.13, 3.14 | connections of our own beside the pool |
 * | `_clients`, `_idle` | Pool | pg-pool 3.6, 3.10, 3.13, 3.14 | what is there before a pool is observed |
 * | `_remove`, `_releaseOnce` | Pool | pg-pool 3.6, 3.10, 3.13, 3.14 | why a connection is closed, and double releases |
 * | `_poolUseCount` | Client in a pool | pg-pool 3.6, 3.10, 3.13, 3.14 | why a connection is closed |
 * | `_acquireClient`, `_pendingQueue`, `_pulseQueue`, `_remove`, `_expired` | Pool | pg-pool 3.6, 3.10, 3.13, 3.14 | care, where it is asked for |
 * | `Promise`, `newClient`, `_endCallback` | Pool | pg-pool 3.6, 3.10, 3.13, 3.14 | as above, for checkouts and the pool's end |
 *
 * The version matrix checks each in the newest patch of each (`test/matrix/private-members.ts`).
 *
 * @see https://github.com/brianc/node-postgres/blob/pg%408.23.1/packages/pg/lib/client.js
 * @see https://github.com/brianc/node-postgres/blob/pg%408.23.1/packages/pg-pool/index.js
 */
/** A setting of the server, as its message has it. */
export interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

export interface PgClient extends EventEmitter {
  query(...args: unknown[]): unknown
  connect(...args: unknown[]): unknown
  end?(): unknown
  /** Put there by the pool when it first hands the client out. */
  readonly release?: unknown
  /** Lets the process end while the connection is open. */
  unref?(): void
  readonly connection?: PgWire
  readonly connectionParameters?: { readonly query_timeout?: unknown }
  readonly host?: unknown
  readonly port?: unknown
  readonly database?: unknown
  readonly user?: unknown
  readonly password?: unknown
  readonly ssl?: unknown
  readonly processID?: number | null
  readonly readyForQuery?: boolean
  /** `I`, `T` or `E`. */
  getTransactionStatus?(): unknown
  readonly _poolUseCount?: number
  readonly _queryable?: boolean
  readonly _ending?: boolean
  readonly _connected?: boolean
  readonly _queryQueue?: PgQuery[]
  readonly queryQueue?: PgQuery[]
  readonly _activeQuery?: PgQuery | null
  readonly _sentQueryQueue?: PgQuery[]
  readonly pipeline?: boolean
  readonly activeQuery?: PgQuery | null
  _Promise?: PromiseConstructorLike
  _pulseQueryQueue?(...args: unknown[]): unknown
  _pulsePipelinedQueryQueue?(...args: unknown[]): unknown
  /** Only of the class over libpq. */
  readonly _hasActiveQuery?: unknown
  _connect?(...args: unknown[]): unknown
}

/** The wire protocol's side of a client: emits one event per message of the server. */
export interface PgWire extends EventEmitter {
  readonly stream?: { destroy?(): unknown }
  execute?(...args: unknown[]): unknown
}

/** Whatever the client's queue holds: the driver's own `Query`, or a caller's Submittable. */
export interface PgQuery {
  text?: unknown
  callback?: unknown
  handleError?: (error: unknown, connection: unknown) => unknown
}

/** A caller's own object that speaks the protocol by itself: a cursor, a stream, COPY, `pg.Query`. */
export interface Submittable extends PgQuery {
  submit(connection: unknown): unknown
  readonly values?: unknown
  /** `done` once a cursor was read to its end, or closed. */
  readonly state?: unknown
  /** `pg-query-stream` keeps text, values and state in its cursor. */
  readonly cursor?: { readonly text?: unknown; readonly values?: unknown; readonly state?: unknown }
}

/** What a caller may pass as a query instead of its text. */
export interface QueryConfig {
  readonly text?: unknown
  readonly values?: unknown
  readonly name?: unknown
  readonly callback?: unknown
  readonly query_timeout?: unknown
  readonly rows?: unknown
}

export interface PgPool extends EventEmitter {
  connect(...args: unknown[]): unknown
  query(...args: unknown[]): unknown
  end(...args: unknown[]): unknown
  readonly options?: PgPoolOptions
  /** The class that the pool makes its clients of. */
  readonly Client?: unknown
  readonly ending?: boolean
  readonly ended?: boolean
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly _clients?: readonly PgClient[]
  readonly _idle?: PgIdleItem[]
  Promise?: PromiseConstructorLike
  newClient?(...args: unknown[]): unknown
  _remove?(...args: unknown[]): unknown
  _releaseOnce?(...args: unknown[]): unknown
  _endCallback?: ((...args: unknown[]) => unknown) | undefined
}

/** How the pool keeps an idle client. */
export interface PgIdleItem {
  readonly client: PgClient
  readonly idleListener: (error: unknown) => void
}

/** How the pool keeps a request. */
export interface PgPendingItem {
  readonly callback: (error: unknown, client: unknown, release: unknown) => unknown
  timedOut?: boolean
}

export interface PgPoolOptions {
  readonly connectionTimeoutMillis?: number
  readonly idleTimeoutMillis?: number | null
  readonly keepAlive?: unknown
  readonly max?: number
  readonly min?: number
  readonly maxUses?: number
  readonly host?: unknown
  readonly port?: unknown
  readonly database?: unknown
  readonly user?: unknown
  /** Not enumerable, so that it is not printed. */
  readonly password?: unknown
  readonly ssl?: unknown
}

/** The prototypes that are patched: their methods are replaced in place. */
export type PgClientPrototype = Pick<
  PgClient,
  'query' | 'connect' | '_connect' | '_pulseQueryQueue' | '_pulsePipelinedQueryQueue' | '_hasActiveQuery'
>
export type PgPoolPrototype = Pick<
  PgPool,
  'connect' | 'query' | 'end' | 'newClient' | '_remove' | '_releaseOnce'
>

export function queueOf(client: PgClient): PgQuery[] | undefined {
  return client._queryQueue ?? client.queryQueue
}

export function activeQueryOf(client: PgClient): PgQuery | null | undefined {
  // The public name warns of its removal where the private one exists, so it is only asked where that is missing.
  return client._queryQueue === undefined ? client.activeQuery : client._activeQuery
}

/** True for a client of `pg.native`, which speaks through libpq and has no connection of its own to listen to. */
export function isNative(client: Pick<PgClient, '_hasActiveQuery'>): boolean {
  return client._hasActiveQuery !== undefined
}

export function isSubmittable(query: unknown): query is Submittable {
  return (
    typeof query === 'object' && query !== null && 'submit' in query && typeof query.submit === 'function'
  )
}

/**
 * The object, of `start` and what it inherits from, that the driver itself defines `methods` on: the last that has
 * the first of them as its own. Subclasses override methods, and call the driver's. Undefined if any is missing.
 */
export function prototypeWith(start: unknown, methods: readonly [string, ...string[]]): object | undefined {
  if (typeof start !== 'object' || start === null) return undefined
  if (methods.some((method) => typeof Reflect.get(start, method) !== 'function')) return undefined
  let found: object | undefined
  for (let holder: object | null = start; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, methods[0])) found = holder
  }
  return found
}
