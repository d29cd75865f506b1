import { AsyncResource } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'
import { events, sqlStateOf } from '@pgspan/conventions'
import type { PoolView, SideConnection } from '@pgspan/lifecycle'
import type { LogEntry } from '../log-entry.js'
import type { LogWriter, WriterStatistics } from '../log-writer.js'
import { lostEntry } from '../pool-entry.js'
import { rowOf, type TableRow } from '../table/table-columns.js'
import { defaultTable, type TableName, tableNameOf } from '../table/table-name.js'
import { dayOf, ensureStatement, insertStatement } from '../table/table-statements.js'
import type { TableOptions } from './table.js'

/** More rows than these do not wait: they are lost, and counted. */
export const maximumQueued = 5_000
const flushMillis = 1_000
/** After an error the database is left alone for so long, then twice as long, up to a minute. */
const firstRestMillis = 1_000
const longestRestMillis = 60_000
/** The connection is closed when there was nothing to write for so long. */
const idleMillis = 10_000
const closeMillis = 2_000

/** Writes rows in batches over a connection beside the pool, and rests for a while after an error. */
export class TableWriter implements LogWriter {
  readonly name = 'table'
  readonly #table: TableName
  readonly #poolName: string | undefined
  readonly #retentionDays: number
  readonly #batchSize: number
  // What is opened here belongs to no request.
  readonly #outside = new AsyncResource('pgspan')
  readonly #pools: Set<PoolView> = new Set()
  #pool: PoolView | undefined = undefined
  #connection: SideConnection | undefined = undefined
  /** Days whose partitions are known to be there. */
  #days: Set<string> = new Set()
  #queue: TableRow[] = []
  #isWriting: Promise<void> | undefined = undefined
  #isClosed = false
  #restMillis = 0
  #timer: NodeJS.Timeout | undefined = undefined
  #limit: NodeJS.Timeout | undefined = undefined
  #written = 0
  #lost = 0
  #untold = 0
  readonly #told: Set<string> = new Set()

  constructor({ table = defaultTable, pool, retentionDays = 14, batchSize = 200 }: TableOptions) {
    this.#table = tableNameOf(table)
    this.#poolName = pool
    this.#retentionDays = retentionDays
    this.#batchSize = batchSize
  }

  write(entry: LogEntry): void {
    const { eventName } = entry
    if (eventName !== events.queryEvent && eventName !== events.entriesLostEvent) return
    if (this.#isClosed || this.#queue.length >= maximumQueued) {
      this.#lose(1)
      return
    }
    this.#queue.push(rowOf(entry))
    if (this.#isWriting !== undefined || this.#restMillis > 0) return
    // The first rows at once: where a pool ends soon, there is no other moment to open a connection.
    const isUrgent = this.#connection === undefined || this.#queue.length >= this.#batchSize
    if (isUrgent) this.#outside.runInAsyncScope(() => this.#start())
    else if (this.#queue.length === 1) this.#wake(flushMillis)
  }

  poolAppeared(pool: PoolView): void {
    if (this.#poolName === undefined || pool.name === this.#poolName) this.#pools.add(pool)
  }

  /** What was opened with its options ends soon after it. */
  poolEnded(pool: PoolView): void {
    this.#pools.delete(pool)
    if (pool === this.#pool) this.#outside.runInAsyncScope(() => this.#start().then(() => this.#disconnect()))
  }

  statistics(): WriterStatistics {
    return { name: this.name, written: this.#written, lost: this.#lost, queued: this.#queue.length }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    // Not unref'd: nothing else keeps a process that has come to its end until the rows are written.
    const limit = new Promise((resolve) => {
      this.#limit = setTimeout(resolve, closeMillis)
    })
    await Promise.race([this.#flushAll(), limit])
    clearTimeout(this.#limit)
    clearTimeout(this.#timer)
    this.#lost += this.#queue.length
    this.#queue = []
    this.#disconnect()
    if (this.#lost > 0)
      diag.warn(`pgspan: query log: ${this.#lost} rows were lost, ${this.#written} were written to the table`)
  }

  async #flushAll(): Promise<void> {
    await this.#isWriting
    if (this.#queue.length > 0) await this.#outside.runInAsyncScope(() => this.#start())
  }

  #lose(count: number): void {
    this.#lost += count
    this.#untold += count
  }

  #wake(millis: number): void {
    clearTimeout(this.#timer)
    this.#timer = this.#outside.runInAsyncScope(() => setTimeout(() => void this.#start(), millis)).unref()
  }

  /** Writes everything that waits; never rejects. */
  #start(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isWriting ??= this.#writeAll().finally(() => {
      this.#isWriting = undefined
    })
    return this.#isWriting
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#writeBatch()
      this.#restMillis = 0
      this.#timer = setTimeout(() => this.#disconnect(), idleMillis).unref()
    } catch (error) {
      this.#disconnect()
      this.#tell(error)
      this.#restMillis = Math.min(longestRestMillis, this.#restMillis * 2 || firstRestMillis)
      if (!this.#isClosed) this.#wake(this.#restMillis)
    }
  }

  async #writeBatch(): Promise<void> {
    const connection = await this.#connect()
    const told = this.#untold
    if (told > 0) this.#queue.unshift(rowOf(lostEntry(told, 'the table took no more')))
    this.#untold = 0
    const batch = this.#queue.slice(0, this.#batchSize)
    await this.#ensureDays(connection, batch)
    try {
      await connection.query(insertStatement(this.#table), [JSON.stringify(batch)])
      this.#written += batch.filter(({ lost }) => lost === undefined).length
    } catch (error) {
      // The server cannot take these values, now or later.
      if (!sqlStateOf(error)?.startsWith('22')) throw error
      this.#lose(batch.length)
      this.#tell(error)
    }
    this.#queue.splice(0, batch.length)
  }

  async #ensureDays(connection: SideConnection, batch: readonly TableRow[]): Promise<void> {
    const days = new Set(batch.map(({ time }) => dayOf(Date.parse(String(time)))))
    if ([...days].every((day) => this.#days.has(day))) return
    const wanted = [...new Set([...days, dayOf(Date.now(), 1)])]
    const statement = ensureStatement(this.#table, wanted, Date.now(), this.#retentionDays)
    await connection.query(statement, [])
    this.#days = days
  }

  async #connect(): Promise<SideConnection> {
    if (this.#connection !== undefined) return this.#connection
    this.#days.clear()
    for (const pool of this.#pools) {
      const connection = await pool.openSideConnection('query log')
      if (connection === undefined) continue
      this.#pool = pool
      this.#connection = connection
      return connection
    }
    throw new Error('there is no pool')
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#pool = undefined
  }

  /** Once per kind of error. */
  #tell(error: unknown): void {
    const { code } = error as { code?: unknown }
    const kind =
      typeof code === 'string' && /^\w+$/.test(code) ? code : this.#pools.size === 0 ? 'no pool' : 'no answer'
    if (this.#told.has(kind)) return
    this.#told.add(kind)
    diag.error(
      `pgspan: query log: cannot write to the table ${this.#table.name} (${kind}). It is tried again; of what comes until then, more than ${maximumQueued} rows are lost, and counted.`,
    )
  }
}
