import { diag } from '@opentelemetry/api'
import { followHttpRequests, type Observer, type PoolView, processState } from '@pgspan/lifecycle'
import type { LogEntry } from './log-entry.js'
import type { LogWriter, WriterStatistics } from './log-writer.js'
import { lostEntry } from './pool-entry.js'
import { type EntryTaker, QueryLogObserver } from './query-log-observer.js'
import { type QueryLogOptions, type QueryLogSettings, resolveQueryLogOptions } from './query-log-options.js'

/** A log of queries, and by choice of what pools do. */
export interface QueryLog {
  /** For a dispatcher of one's own; {@link attach} does that for the process. */
  readonly observer: Observer
  /** Logs what the instrumentation of this process sees from now on. Returns the function that stops it. */
  attach(): () => void
  statistics(): QueryLogStatistics
  /** Logs nothing from now on, and writes what is queued, as far as two seconds allow. */
  close(): Promise<void>
}

/** What became of the entries since the start. */
export interface QueryLogStatistics {
  /** Handed to the writers. */
  readonly entries: number
  /** Not made, as there were more in their second than allowed. */
  readonly withheld: number
  readonly writers: readonly WriterStatistics[]
}

/**
 * Makes a log. Nothing is logged until {@link QueryLog.attach}.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function createQueryLog(options: QueryLogOptions): QueryLog {
  return new WritingQueryLog(resolveQueryLogOptions(options))
}

class WritingQueryLog implements QueryLog, EntryTaker {
  readonly observer: Observer
  readonly #writers: readonly LogWriter[]
  readonly #perSecond: number
  /** Those whose errors were reported. */
  readonly #failed: WeakSet<LogWriter> = new WeakSet()
  #second = 0
  #inSecond = 0
  #entries = 0
  #withheld = 0
  #untold = 0
  #detach: (() => void) | undefined = undefined

  constructor(settings: QueryLogSettings) {
    this.#writers = settings.writers
    this.#perSecond = settings.maximumPerSecond
    this.observer = new QueryLogObserver(settings, this)
  }

  attach(): () => void {
    if (this.#detach === undefined) {
      const stops = [processState().dispatcher.attach(this.observer), followHttpRequests()]
      this.#detach = () => {
        this.#detach = undefined
        for (const stop of stops) stop()
      }
    }
    return () => this.#detach?.()
  }

  admits(): boolean {
    const second = Math.floor(Date.now() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#inSecond = 0
    }
    if (this.#inSecond++ < this.#perSecond) return true
    this.#withheld++
    this.#untold++
    return false
  }

  take(entry: LogEntry): void {
    this.#tellOfWithheld()
    this.#entries++
    this.#hand(entry)
  }

  poolAppeared(pool: PoolView): void {
    for (const writer of this.#writers) writer.poolAppeared?.(pool)
  }

  poolEnded(pool: PoolView): void {
    for (const writer of this.#writers) writer.poolEnded?.(pool)
  }

  statistics(): QueryLogStatistics {
    return {
      entries: this.#entries,
      withheld: this.#withheld,
      writers: this.#writers.map((writer) => writer.statistics()),
    }
  }

  async close(): Promise<void> {
    this.#detach?.()
    this.#tellOfWithheld()
    await Promise.allSettled(this.#writers.map((writer) => writer.close()))
  }

  #tellOfWithheld(): void {
    if (this.#untold === 0) return
    this.#hand(lostEntry(this.#untold, `more than ${this.#perSecond} in a second`))
    this.#untold = 0
  }

  #hand(entry: LogEntry): void {
    for (const writer of this.#writers) {
      try {
        writer.write(entry)
      } catch (error) {
        if (!this.#failed.has(writer)) diag.error(`pgspan: query log: ${writer.name} threw`, error)
        this.#failed.add(writer)
      }
    }
  }
}
