import { CheckoutList } from './checkout-list.js'
import type { Connection, DatabaseTarget, ServerRole } from './database-target.js'
import type { PoolControl } from './pool-control.js'
import type { OpenSideConnection, SideConnection } from './side-connection.js'

/** What a pool says of itself at one moment. */
export interface PoolCounts {
  /** Connections that exist, opening ones included. */
  readonly total: number
  readonly idle: number
  /** The most connections that the pool opens. */
  readonly limit: number
  /** Idle connections that the pool keeps. */
  readonly idleMinimum: number
}

/** Who looks for the line of a leak waits for the next one as long. */
const suspicionMillis = 600_000

/**
 * A pool as observers see it: its name, and its figures at the moment of asking.
 *
 * Holds the pool weakly. After the pool has ended or was collected, all counts read 0 and its name is free again.
 */
export class PoolView {
  readonly name: string
  readonly target: DatabaseTarget
  /** Checkouts delivered and not yet returned. Written by the source. */
  used = 0
  /** `connect()` calls not yet answered, whether they wait for a slot or for a connection. Written by the source. */
  pending = 0
  /** Requests that were not answered yet, the oldest first. Written by the dispatcher, as {@link held}. */
  readonly waiting: CheckoutList = new CheckoutList()
  /** Checkouts that were acquired and not released, the oldest first. */
  readonly held: CheckoutList = new CheckoutList()
  readonly #open: Set<Connection> = new Set()
  #suspectUntil = 0
  /** True if the application forgot it before it had ended. Written by the source. */
  wasDropped = false
  readonly #read: () => PoolCounts | undefined
  readonly #openSide: OpenSideConnection | undefined
  readonly #control: (() => PoolControl | undefined) | undefined
  #ended = false

  /** @param read returns undefined once the pool is gone. */
  constructor(
    name: string,
    target: DatabaseTarget,
    read: () => PoolCounts | undefined,
    openSide?: OpenSideConnection,
    control?: () => PoolControl | undefined,
  ) {
    this.name = name
    this.target = target
    this.#read = read
    this.#openSide = openSide
    this.#control = control
  }

  /** To be called by an observer that suspects a leak: for ten minutes, who asks for a connection is noted. */
  suspect(now: number): void {
    this.#suspectUntil = now + suspicionMillis
  }

  isSuspect(now: number): boolean {
    return now < this.#suspectUntil
  }

  /** Called by the dispatcher. */
  opened(connection: Connection): void {
    // Where the source does not say that a pool has given one up, at least its end was told.
    for (const other of this.#open) if (other.isClosed) this.#open.delete(other)
    this.#open.add(connection)
  }

  /** Called by the dispatcher. */
  gaveUp(connection: Connection): void {
    this.#open.delete(connection)
  }

  /** How many open connections lead to which kind of server, as far as these have said. */
  serverRoles(): Readonly<Record<ServerRole, number>> {
    const roles = { primary: 0, replica: 0 }
    for (const { serverRole, isClosed } of this.#open)
      if (serverRole !== undefined && !isClosed) roles[serverRole]++
    return roles
  }

  /** Undefined once the pool has ended or was collected. */
  counts(): PoolCounts | undefined {
    return this.#ended ? undefined : this.#read()
  }

  /**
   * Opens a connection to the same database that takes none of the pool's. Undefined if the pool is gone or its source
   * has none to offer; rejects with the driver's error.
   *
   * @param purpose ends up in its application name
   * @param database another one of the same server
   */
  async openSideConnection(purpose: string, database?: string): Promise<SideConnection | undefined> {
    return this.#ended ? undefined : this.#openSide?.(purpose, database)
  }

  /** Undefined if the pool is gone or its source has none to offer. */
  get control(): PoolControl | undefined {
    return this.#ended ? undefined : this.#control?.()
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Called by the source, once. */
  end(): void {
    this.#ended = true
    this.used = 0
    this.pending = 0
    this.#open.clear()
  }
}
