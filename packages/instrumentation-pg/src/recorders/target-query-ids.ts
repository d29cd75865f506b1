import { diag } from '@opentelemetry/api'
import { sqlStateOf } from '@pgspan/conventions'
import type { PoolView, SideConnection } from '@pgspan/lifecycle'

const maximumTexts = 500
const maximumProcesses = 32
/** Between two looks, in milliseconds: at first, and at most after looks that told nothing new. */
const firstPauseMillis = 50
const longestPauseMillis = 10_000
/** After the connection failed. */
const failurePauseMillis = 60_000
const idleMillis = 10_000
/** So many looks without any id mean that the server computes none. */
const fruitlessLooks = 5

/** The last query of each process, with its id. A text that was cut cannot be compared. */
const lookup = `
  SELECT activity.query AS text, activity.query_id::text AS id
  FROM unnest($1::int[]) AS process, pg_stat_get_activity(process) AS activity
  WHERE octet_length(activity.query) < pg_size_bytes(current_setting('track_activity_query_size')) - 1`

/** A comment that was appended to a text on its way. */
const appendedComment = /[ \n]\/\*[^*]*\*\/$/

/** What the server calls the texts of one database: learned by looking at what its processes ran last. */
export class TargetQueryIds {
  readonly #ids: Map<string, string> = new Map()
  readonly #processes: Set<number> = new Set()
  #connection: SideConnection | undefined = undefined
  #pool: PoolView | undefined = undefined
  #isLooking = false
  #isClosed = false
  #nextLookAt = 0
  #pauseMillis = firstPauseMillis
  #fruitless = 0
  #idleTimer: NodeJS.Timeout | undefined = undefined

  idOf(text: string): string | undefined {
    return this.#ids.get(text)
  }

  /** The process has just run a text without a known id; it may be looked at now. */
  noteUnknown(pool: PoolView, process: number): void {
    if (this.#isClosed) return
    if (this.#processes.size < maximumProcesses) this.#processes.add(process)
    if (this.#isLooking || performance.now() < this.#nextLookAt) return
    void this.#look(pool)
  }

  /** The pool has ended: what was opened with its options ends, too. */
  forget(pool: PoolView): void {
    if (pool === this.#pool) this.#disconnect()
  }

  close(): void {
    this.#isClosed = true
    this.#disconnect()
  }

  async #look(pool: PoolView): Promise<void> {
    this.#isLooking = true
    clearTimeout(this.#idleTimer)
    try {
      const connection = await this.#connect(pool)
      if (connection === undefined) {
        this.#nextLookAt = performance.now() + failurePauseMillis
        return
      }
      const processes = [...this.#processes]
      this.#processes.clear()
      this.#learn(await connection.query(lookup, [processes]))
      this.#nextLookAt = performance.now() + this.#pauseMillis
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isLooking = false
      this.#idleTimer = setTimeout(() => this.#disconnect(), idleMillis)
      this.#idleTimer.unref()
    }
  }

  async #connect(pool: PoolView): Promise<SideConnection | undefined> {
    if (this.#connection !== undefined) return this.#connection
    const connection = await pool.openSideConnection('query ids')
    if (this.#isClosed || pool.ended) {
      connection?.close()
      return undefined
    }
    this.#pool = pool
    this.#connection = connection
    return connection
  }

  #learn(rows: readonly Readonly<Record<string, unknown>>[]): void {
    let isNew = false
    let hasId = false
    for (const { text, id } of rows) {
      if (typeof text !== 'string' || typeof id !== 'string') continue
      hasId = true
      const bare = text.replace(appendedComment, '')
      if (this.#ids.get(bare) === id) continue
      isNew = true
      if (this.#ids.size >= maximumTexts) this.#ids.clear()
      this.#ids.set(text, id)
      this.#ids.set(bare, id)
    }
    this.#pauseMillis = isNew ? firstPauseMillis : Math.min(this.#pauseMillis * 2, longestPauseMillis)
    this.#fruitless = hasId || rows.length === 0 ? 0 : this.#fruitless + 1
    if (this.#fruitless >= fruitlessLooks) this.#giveUp('compute_query_id is off')
  }

  #fail(error: unknown): void {
    this.#disconnect()
    const sqlState = sqlStateOf(error)
    // The statement itself is refused: an older server, or no right to call the function.
    if (sqlState?.startsWith('42')) this.#giveUp(`SQLSTATE ${sqlState}`)
    else this.#nextLookAt = performance.now() + failurePauseMillis
  }

  #giveUp(reason: string): void {
    diag.warn(`pgspan: the server gives no query ids: ${reason}`)
    this.close()
  }

  #disconnect(): void {
    clearTimeout(this.#idleTimer)
    this.#connection?.close()
    this.#connection = undefined
    this.#pool = undefined
  }
}
