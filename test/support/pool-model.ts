/** What a pool of pg does, written down from its documentation and source, without looking at what is recorded of it. */
export interface PoolRules {
  readonly max: number
  readonly maxUses: number
  readonly idleTimeoutMillis: number
  readonly maxLifetimeSeconds: number
  readonly connectionTimeoutMillis: number
}

/** One connection, as it should be. */
export class ModelConnection {
  readonly bornAt: number
  idleSince = 0
  uses = 0
  isExpired = false
  isKilled = false
  transaction: 'I' | 'T' | 'E' = 'I'

  constructor(bornAt: number) {
    this.bornAt = bornAt
  }

  /** Runs a statement; returns the SQLSTATE of its failure. */
  run(statement: string): string | undefined {
    const isEnd = statement === 'COMMIT' || statement === 'ROLLBACK'
    if (this.transaction === 'E' && !isEnd) return '25P02'
    if (isEnd) this.transaction = 'I'
    else if (statement === 'BEGIN') this.transaction = 'T'
    else if (statement === 'SELECT 1/0') {
      if (this.transaction === 'T') this.transaction = 'E'
      return '22012'
    }
    return undefined
  }
}

/** One request: of `connect`, or of `pool.query` with its statement. */
export interface ModelRequest {
  readonly id: number
  readonly requestedAt: number
  readonly path: 'idle' | 'create' | 'queue'
  readonly statement: string | undefined
  acquiredAt: number
  connection: ModelConnection | undefined
}

/** The figures that grow, by the name of their metric and its attribute. */
export class ModelTotals {
  readonly counts: Map<string, number> = new Map()

  add(key: string, value = 1): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + value)
  }
}

/** One pool, and what must be known of it after each step. Time is milliseconds. */
export class PoolModel {
  readonly rules: PoolRules
  /** Those of its name, which outlive it. */
  totals: ModelTotals = new ModelTotals()
  readonly held: ModelRequest[] = []
  readonly waiting: ModelRequest[] = []
  /** The one that came back last is given out first. */
  readonly idle: ModelConnection[] = []
  /** Every connection, in the order in which they were opened. */
  readonly opened: ModelConnection[] = []
  readonly history: { readonly from: number; readonly used: number; readonly pending: number }[]
  isEnding = false
  #now: number

  constructor(rules: PoolRules, now: number) {
    this.rules = rules
    this.#now = now
    this.history = [{ from: now, used: 0, pending: 0 }]
  }

  get total(): number {
    return this.idle.length + this.held.length
  }

  get hasEnded(): boolean {
    return this.isEnding && this.total === 0
  }

  /** Returns the request if it was answered with a connection that its caller now holds. */
  request(id: number, statement: string | undefined): ModelRequest | undefined {
    const path = this.idle.length > 0 ? 'idle' : this.total < this.rules.max ? 'create' : 'queue'
    const request = {
      id,
      requestedAt: this.#now,
      path,
      statement,
      acquiredAt: 0,
      connection: undefined,
    } satisfies ModelRequest
    this.waiting.push(request)
    this.#note()
    this.#serve()
    this.#note()
    return this.held.find((holder) => holder === (request as ModelRequest))
  }

  release(holder: ModelRequest, reason: 'nothing' | 'true' | 'error'): void {
    const { connection } = holder
    if (connection === undefined) throw new Error('nobody holds this')
    this.held.splice(this.held.indexOf(holder), 1)
    this.totals.add('db_client_connection_use_time_count')
    this.totals.add('db_client_connection_use_time_sum', (this.#now - holder.acquiredAt) / 1000)
    if (reason === 'nothing' && !connection.isKilled && connection.transaction !== 'I')
      this.totals.add(
        `pgspan_release_dirty_total ${connection.transaction === 'T' ? 'in_transaction' : 'failed_transaction'}`,
      )
    this.#takeBack(connection, reason)
    this.#serve()
    this.#note()
  }

  /** The server ends a session. */
  kill(connection: ModelConnection): void {
    connection.isKilled = true
    if (!this.idle.includes(connection)) return
    this.idle.splice(this.idle.indexOf(connection), 1)
    this.#close('idle_error')
    this.totals.add('pgspan_errors_total 57P01')
  }

  end(): void {
    this.isEnding = true
    for (const _ of this.idle.splice(0)) this.#close('pool_end')
  }

  /** What timers do until then, in their order. */
  advanceTo(time: number): void {
    for (let next = this.#nextTimer(); next !== undefined && next.at <= time; next = this.#nextTimer()) {
      this.#elapse(next.at)
      next.fire()
      this.#note()
    }
    this.#elapse(time)
  }

  /** The highest value since the slot of 5 s began that was the twelfth before that of now. */
  peak(figure: 'used' | 'pending'): number {
    const since = (Math.floor(this.#now / 5_000) - 12) * 5_000
    const values = this.history.filter((_, n) => (this.history[n + 1]?.from ?? this.#now) >= since)
    return Math.max(...values.map((value) => value[figure]))
  }

  #elapse(time: number): void {
    const seconds = (time - this.#now) / 1000
    this.totals.add('pgspan_in_use_time_total', seconds * this.held.length)
    if (this.held.length >= this.rules.max && this.waiting.length > 0)
      this.totals.add('pgspan_saturated_time_total', seconds)
    this.#now = time
  }

  #nextTimer(): { readonly at: number; readonly fire: () => void } | undefined {
    const { idleTimeoutMillis, maxLifetimeSeconds, connectionTimeoutMillis } = this.rules
    const connections = [...this.idle, ...this.held.flatMap(({ connection }) => connection ?? [])]
    const timers = [
      ...connections
        .filter(({ isExpired, isKilled }) => maxLifetimeSeconds > 0 && !isExpired && !isKilled)
        .map((connection) => ({
          at: connection.bornAt + maxLifetimeSeconds * 1000,
          fire: () => this.#expire(connection),
        })),
      ...this.idle.map((connection) => ({
        at: connection.idleSince + idleTimeoutMillis,
        fire: () => this.#removeIdle(connection, 'idle_timeout'),
      })),
      ...this.waiting.map((request) => ({
        at: request.requestedAt + connectionTimeoutMillis,
        fire: () => this.#giveUp(request),
      })),
    ]
    return timers.sort((one, other) => one.at - other.at)[0]
  }

  /** An idle one is taken out of the pool and given back, which counts as a use. */
  #expire(connection: ModelConnection): void {
    connection.isExpired = true
    if (!this.idle.includes(connection)) return
    connection.uses++
    this.#removeIdle(connection, connection.uses >= this.rules.maxUses ? 'max_uses' : 'max_lifetime')
  }

  #removeIdle(connection: ModelConnection, reason: string): void {
    this.idle.splice(this.idle.indexOf(connection), 1)
    this.#close(reason)
  }

  #giveUp(request: ModelRequest): void {
    this.waiting.splice(this.waiting.indexOf(request), 1)
    this.totals.add(`pgspan_acquires_total ${request.path} pool_timeout`)
    this.totals.add('db_client_connection_timeouts_total')
  }

  #serve(): void {
    while (
      !this.isEnding &&
      this.waiting.length > 0 &&
      (this.idle.length > 0 || this.total < this.rules.max)
    ) {
      const [request] = this.waiting.splice(0, 1) as [ModelRequest]
      request.connection = this.idle.pop() ?? this.#open()
      request.acquiredAt = this.#now
      this.totals.add(`pgspan_acquires_total ${request.path}`)
      this.totals.add('db_client_connection_wait_time_count')
      this.totals.add('db_client_connection_wait_time_sum', (this.#now - request.requestedAt) / 1000)
      this.held.push(request)
      this.#note()
      if (request.statement === undefined) continue
      const isFailure = request.connection.run(request.statement) !== undefined
      this.release(request, isFailure ? 'error' : 'nothing')
    }
  }

  #open(): ModelConnection {
    this.totals.add('pgspan_connections_opened_total')
    this.totals.add('db_client_connection_create_time_count')
    const connection = new ModelConnection(this.#now)
    this.opened.push(connection)
    return connection
  }

  #takeBack(connection: ModelConnection, reason: 'nothing' | 'true' | 'error'): void {
    connection.uses++
    if (connection.isKilled) this.#close('connection_lost')
    else if (reason === 'true') this.#close('caller')
    else if (reason === 'error') this.#close('error')
    else if (this.isEnding) this.#close('pool_end')
    else if (connection.uses >= this.rules.maxUses) this.#close('max_uses')
    else if (connection.isExpired) this.#close('max_lifetime')
    else {
      connection.idleSince = this.#now
      this.idle.push(connection)
    }
  }

  #close(reason: string): void {
    this.totals.add(`pgspan_connections_closed_total ${reason}`)
  }

  #note(): void {
    this.history.push({ from: this.#now, used: this.held.length, pending: this.waiting.length })
  }
}
