import { setTimeout as realSleep } from 'node:timers/promises'
import type pg from 'pg'
import { vi } from 'vitest'
import {
  type ModelConnection,
  type ModelRequest,
  type ModelTotals,
  PoolModel,
  type PoolRules,
} from './pool-model.js'
import type { Random } from './random.js'

const statements = ['SELECT 1', 'SELECT 1', 'SELECT 1', 'SELECT 1/0', 'BEGIN', 'COMMIT', 'ROLLBACK']

interface Holder {
  readonly request: ModelRequest
  readonly client: pg.PoolClient
  /** As the pool gave it: another holder's is another. */
  readonly release: (error?: Error | boolean) => void
}

/**
 * A real pool beside its model: both do the same at each step. After a pool has ended, the next step makes a new one
 * of the same rules.
 */
export class ScriptedPool {
  readonly rules: PoolRules
  model: PoolModel
  /** Given when the pool is first asked for a connection. */
  name: string | undefined = undefined
  readonly #makePool: () => pg.Pool
  readonly #random: Random
  #pool: pg.Pool
  /** Every connection that was opened, in order. */
  #clients: pg.PoolClient[] = []
  #holders: Holder[] = []
  readonly #released: Holder[] = []
  #unanswered = 0
  #failures: string[] = []
  #nextId = 0

  constructor(rules: PoolRules, makePool: () => pg.Pool, random: Random) {
    this.rules = rules
    this.#makePool = makePool
    this.#random = random
    this.#pool = this.#listenedTo(makePool())
    this.model = new PoolModel(rules, performance.now())
  }

  /** Does one thing at random; returns its name. */
  async step(takeName: () => { readonly name: string; readonly totals: ModelTotals }): Promise<string> {
    if (this.model.hasEnded) this.#renew()
    const actions = [
      ...Array(5).fill('connect'),
      ...Array(4).fill('query'),
      ...(this.#holders.length > 0
        ? [
            ...Array(6).fill('release'),
            ...Array(3).fill('use'),
            'break',
            'fail',
            ...(this.terminate ? ['killHeld'] : []),
          ]
        : []),
      ...(this.#released.length > 0 ? ['releaseAgain'] : []),
      ...(this.terminate !== undefined && this.model.idle.length > 0 ? ['killIdle'] : []),
      ...(this.model.waiting.length === 0 && this.#random.below(8) === 0 ? ['end'] : []),
    ]
    const action = this.model.isEnding ? 'release' : (this.#random.pick(actions) ?? 'connect')
    if (this.name === undefined && (action === 'connect' || action === 'query')) {
      const { name, totals } = takeName()
      this.name = name
      this.model.totals = totals
    }
    await this.#actions[action]?.()
    return action
  }

  /** Until the pool is as its model says; then every request knows its client. */
  async settled(): Promise<void> {
    const { model } = this
    const isSettled = (): boolean =>
      this.#pool.totalCount === model.total &&
      this.#pool.idleCount === model.idle.length &&
      this.#pool.waitingCount === (model.hasEnded ? this.#pool.waitingCount : model.waiting.length) &&
      this.#pool.ended === model.hasEnded &&
      this.#unanswered === model.waiting.length
    for (let i = 0; i < 2_000 && !isSettled(); i++) await realSleep(i < 50 ? 1 : 5)
    if (!isSettled()) {
      throw new Error(
        `the pool has ${this.#pool.totalCount} connections, ${this.#pool.idleCount} idle, ${this.#pool.waitingCount} waiting, ${this.#unanswered} unanswered; its model ${model.total}, ${model.idle.length}, ${model.waiting.length}`,
      )
    }
    if (this.#failures.length > 0) throw new Error(this.#failures.join('; '))
  }

  async end(): Promise<void> {
    // First, so that what is given back goes to nobody who waits.
    const ended = this.#pool.ending ? undefined : this.#pool.end()
    for (const { release } of this.#holders.splice(0)) release(true)
    await ended
  }

  readonly #actions: Record<string, () => Promise<void> | void> = {
    connect: () => this.#connect(),
    query: () => this.#query(this.#random.pick(statements) ?? ''),
    release: () => this.#release('nothing'),
    break: () => this.#release('true'),
    fail: () => this.#release('error'),
    releaseAgain: () => this.#releaseAgain(),
    use: () => this.#use(this.#random.pick(statements) ?? ''),
    killHeld: () => this.#kill(this.#random.pick(this.#holders)?.request.connection),
    killIdle: () => this.#kill(this.#random.pick(this.model.idle)),
    end: () => this.#end(),
  }

  #connect(): void {
    const request = this.#expected(undefined)
    this.#unanswered++
    this.#pool.connect().then(
      (client) => {
        this.#unanswered--
        const { connection } = request()
        if (connection === undefined) return this.#fail('a request was answered that should wait')
        if (this.#clientOf(connection) !== client) this.#fail('another connection was given out')
        if (client.listenerCount('error') === 0) client.on('error', () => {})
        this.#holders.push({ request: request(), client, release: client.release })
      },
      () => {
        this.#unanswered--
      },
    )
  }

  #query(statement: string): void {
    this.#expected(statement)
    this.#unanswered++
    const done = (): void => {
      this.#unanswered--
    }
    this.#pool.query(statement).then(done, done)
  }

  /** The model's request, which is found when it is needed: it may be answered much later. */
  #expected(statement: string | undefined): () => ModelRequest {
    const id = this.#nextId++
    const { model } = this
    model.request(id, statement)
    return () => {
      const found = [...model.held, ...model.waiting].find((request) => request.id === id)
      if (found === undefined) throw new Error('the model does not know this request')
      return found
    }
  }

  async #use(statement: string): Promise<void> {
    const holder = this.#random.pick(this.#holders)
    const connection = holder?.request.connection
    if (holder === undefined || connection === undefined) return
    const expected = connection.isKilled ? 'unusable' : connection.run(statement)
    const failure = await holder.client.query(statement).then(
      () => undefined,
      (error: { code?: string }) => error.code ?? 'unusable',
    )
    if (failure !== expected) this.#fail(`${statement} gave ${failure} instead of ${expected}`)
  }

  #release(reason: 'nothing' | 'true' | 'error'): void {
    const [holder] = this.#holders.splice(this.#random.below(this.#holders.length), 1)
    if (holder === undefined) return
    this.#released.push(holder)
    if (this.#released.length > 3) this.#released.shift()
    this.model.release(holder.request, reason)
    if (reason === 'nothing') holder.release()
    else holder.release(reason === 'true' ? true : new Error('the application’s'))
  }

  #releaseAgain(): void {
    this.model.totals.add('pgspan_release_dirty_total double')
    try {
      this.#random.pick(this.#released)?.release()
      this.#fail('a connection was given back twice')
    } catch {}
  }

  async #kill(connection: ModelConnection | undefined): Promise<void> {
    const client = connection && this.#clientOf(connection)
    if (connection === undefined || client === undefined || connection.isKilled) return
    const ended = new Promise((resolve) => client.once('end', resolve))
    this.model.kill(connection)
    // Not in the types of pg; the server has told it when the connection was opened.
    const { processID } = client as unknown as { processID: number }
    await this.terminate?.(processID)
    await ended
  }

  /** Set by whoever has a connection to the server. */
  terminate: ((processId: number) => Promise<void>) | undefined = undefined

  #end(): void {
    this.model.end()
    this.#pool.end().catch(() => {})
  }

  #renew(): void {
    this.#pool = this.#listenedTo(this.#makePool())
    this.model = new PoolModel(this.rules, performance.now())
    this.#clients = []
    this.#holders = []
    this.#released.length = 0
    this.name = undefined
  }

  #listenedTo(pool: pg.Pool): pg.Pool {
    pool.on('connect', (client) => this.#clients.push(client))
    pool.on('error', () => {})
    return pool
  }

  #clientOf(connection: ModelConnection): pg.PoolClient | undefined {
    return this.#clients[this.model.opened.indexOf(connection)]
  }

  #fail(message: string): void {
    this.#failures.push(message)
  }
}

/** Lets time pass for timers and for the clock, without waiting. */
export function advance(pools: readonly ScriptedPool[], millis: number): void {
  const time = performance.now() + millis
  vi.advanceTimersByTime(millis)
  for (const { model } of pools) model.advanceTo(time)
}
