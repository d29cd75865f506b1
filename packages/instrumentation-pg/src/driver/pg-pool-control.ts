import type {
  Connection,
  OpeningRetry,
  PoolConfiguration,
  PoolControl,
  PooledConnection,
  ValidationBeforeUse,
  ValidationResult,
} from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import {
  type ControllablePool,
  closeClient,
  isControllable,
  overrideMethod,
  removeClient,
  requeue,
} from './controllable-pool.js'
import { guarded } from './guarded.js'
import { retryOpenings } from './opening-retries.js'
import type { PgClient, PgIdleItem, PgPendingItem, PgPool } from './pg-shapes.js'
import { ping } from './ping.js'

const controls: WeakMap<PgPool, PgPoolControl> = new WeakMap()

/** Made when it is first asked for; undefined for a pool without the members that it needs. */
export function controlOf(pool: PgPool | undefined): PoolControl | undefined {
  if (pool === undefined) return undefined
  const known = controls.get(pool)
  if (known !== undefined || !isControllable(pool)) return known
  const control = new PgPoolControl(pool)
  controls.set(pool, control)
  return control
}

/** Connections that nobody holds and that are not in the pool's list of idle ones either. */
export function validatingIn(pool: PgPool): number {
  return controls.get(pool)?.validating ?? 0
}

/** Control of a pool of pg-pool's shape. */
class PgPoolControl implements PoolControl {
  validating = 0
  readonly #pool: ControllablePool
  readonly #beganAt = performance.now()
  readonly #openedAt: WeakMap<PgClient, number> = new WeakMap()
  readonly #idleSince: WeakMap<PgClient, number> = new WeakMap()
  #errorListener: ((error: unknown) => void) | undefined = undefined
  #stopAsking: (() => void) | undefined = undefined
  #stopRetrying: (() => void) | undefined = undefined
  /** Connections that were idle at this moment are not trusted: one beside them was dead. */
  #doubtedAt = 0

  constructor(pool: ControllablePool) {
    this.#pool = pool
    pool.on('connect', (client: PgClient) => this.#openedAt.set(client, performance.now()))
    pool.on('release', (_error: unknown, client: PgClient) => this.#idleSince.set(client, performance.now()))
  }

  configuration(): PoolConfiguration {
    const { connectionTimeoutMillis, idleTimeoutMillis, keepAlive } = this.#pool.options ?? {}
    return {
      connectionTimeoutMillis: connectionTimeoutMillis || undefined,
      idleTimeoutMillis: idleTimeoutMillis || undefined,
      keepsAlive: keepAlive === true,
      hasErrorListener: this.#pool.listenerCount('error') > 0,
    }
  }

  connections(): readonly PooledConnection[] {
    const idle = this.#pool._idle.map(({ client }) => client)
    const others = this.#pool._clients.filter((client) => !idle.includes(client) && client._connected)
    const describe = (client: PgClient, idleSince: number): PooledConnection => ({
      connection: clientStateOf(client).connection,
      openedAt: this.#openedAt.get(client) ?? this.#beganAt,
      idleSince,
    })
    return [
      ...idle.map((client) => describe(client, this.#idleSinceOf(client))),
      ...others.map((client) => describe(client, 0)),
    ]
  }

  async validate(connection: Connection, timeoutMillis: number): Promise<ValidationResult> {
    const pool = this.#pool
    const index = pool._idle.findIndex(({ client }) => clientStateOf(client).connection === connection)
    const [item] = index === -1 || pool.ending ? [] : pool._idle.splice(index, 1)
    if (item === undefined) return 'gone'
    const before = new Set(pool._idle.slice(0, index))
    const result = await this.#ask(item.client, item.idleListener, timeoutMillis)
    if (result !== 'valid') return result
    if (pool.ending || pool._expired.delete(item.client)) {
      removeClient(pool, item.client, pool.ending ? 'pool_end' : 'max_lifetime')
      return result
    }
    // Where it was: the pool hands out what was used last, and lets the others expire.
    const place = pool._idle.findLastIndex((other) => before.has(other)) + 1
    pool._idle.splice(place, 0, item)
    pool._pulseQueue()
    return result
  }

  validateBeforeUse(rule: ValidationBeforeUse | undefined): void {
    this.#stopAsking?.()
    this.#stopAsking = undefined
    if (rule === undefined) return
    const bareAcquire = this.#pool._acquireClient
    const control = this
    this.#stopAsking = overrideMethod(
      this.#pool,
      '_acquireClient',
      function acquireClient(this: ControllablePool, client, pendingItem, idleListener, isNew) {
        const acquire = (): void => bareAcquire.call(this, client, pendingItem, idleListener, isNew)
        if (isNew || !control.#isDoubtful(client, rule)) acquire()
        else void control.#askBeforeUse(rule, { client, idleListener }, pendingItem, acquire)
      },
    )
  }

  retryOpening(rule: OpeningRetry | undefined): void {
    this.#stopRetrying?.()
    this.#stopRetrying = rule && retryOpenings(this.#pool, rule)
  }

  retire(connection: Connection): void {
    const client = this.#pool._clients.find((one) => clientStateOf(one).connection === connection)
    if (client === undefined) return
    if (this.#pool._idle.some((item) => item.client === client))
      removeClient(this.#pool, client, 'max_lifetime')
    else this.#pool._expired.add(client)
  }

  listenToIdleErrors(listener: ((error: unknown) => void) | undefined): void {
    if (this.#errorListener) this.#pool.off('error', this.#errorListener)
    this.#errorListener = listener
    if (listener) this.#pool.on('error', listener)
  }

  async end(): Promise<void> {
    const pool = this.#pool
    if (!pool.ending) {
      await pool.end()
      return
    }
    // Somebody else has called it, and has its answer.
    while (!pool.ended) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  abandon(): void {
    // A pool that is ending forgets them.
    for (const pendingItem of this.#pool._pendingQueue.splice(0)) requeue(this.#pool, pendingItem)
    for (const client of [...this.#pool._clients]) closeClient(this.#pool, client, 'pool_end')
  }

  #idleSinceOf(client: PgClient): number {
    return this.#idleSince.get(client) ?? this.#beganAt
  }

  #isDoubtful(client: PgClient, { idleLongerThanMillis }: ValidationBeforeUse): boolean {
    // What is about to expire is taken by the pool itself, to close it.
    if (this.#pool._expired.has(client)) return false
    const idleSince = this.#idleSinceOf(client)
    return idleSince <= this.#doubtedAt || performance.now() - idleSince > idleLongerThanMillis
  }

  async #askBeforeUse(
    rule: ValidationBeforeUse,
    { client, idleListener }: PgIdleItem,
    pendingItem: PgPendingItem,
    acquire: () => void,
  ): Promise<void> {
    const result = await this.#ask(client, idleListener, rule.timeoutMillis)
    guarded(() => rule.onResult(result))
    if (result === 'timeout') this.#doubtAll(rule)
    // In a turn of its own: what the caller throws is the caller's.
    process.nextTick(result === 'valid' ? acquire : () => requeue(this.#pool, pendingItem))
  }

  /** A server that is silent to one is silent to all: they are asked at once, not one after the other. */
  #doubtAll(rule: ValidationBeforeUse): void {
    this.#doubtedAt = performance.now()
    for (const { client } of [...this.#pool._idle]) {
      const asked = this.validate(clientStateOf(client).connection, rule.timeoutMillis)
      void asked.then((result) => guarded(() => rule.onResult(result)))
    }
  }

  /** The client is in nobody's hands meanwhile; closed if it fails. */
  async #ask(
    client: PgClient,
    idleListener: PgIdleItem['idleListener'],
    timeoutMillis: number,
  ): Promise<ValidationResult> {
    // Its loss is told by the result, not as an error of the pool.
    const ignore = (): void => {}
    client.removeListener('error', idleListener)
    client.on('error', ignore)
    this.validating++
    const result = await ping(client, timeoutMillis)
    this.validating--
    if (!this.#pool._clients.includes(client)) return 'gone'
    if (result !== 'valid') {
      closeClient(this.#pool, client, 'validation')
      return result
    }
    client.removeListener('error', ignore)
    client.on('error', idleListener)
    return result
  }
}
