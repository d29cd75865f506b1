import { diag } from '@opentelemetry/api'
import type { PoolView } from '@pgspan/lifecycle'
import type { LogEntry } from './log-entry.js'

/** What became of the entries that a writer was given. */
export interface WriterStatistics {
  readonly name: string
  readonly written: number
  /** Given up: what they were to be written to was full, gone or too slow. */
  readonly lost: number
  /** Waiting to be written. */
  readonly queued: number
}

/** Where entries go. */
export interface LogWriter {
  /** For diagnostics and statistics. */
  readonly name: string
  /** Runs on the application's query path: it takes the entry and returns. What it throws is reported once. */
  write(entry: LogEntry): void
  /** A pool that a writer may reach its database through. */
  poolAppeared?(pool: PoolView): void
  poolEnded?(pool: PoolView): void
  statistics(): WriterStatistics
  /** Writes what is queued, as far as two seconds allow, and counts the rest as lost. */
  close(): Promise<void>
}

/** A writer that hands each entry to a function of somebody else. What that throws is a lost entry. */
export class FunctionWriter implements LogWriter {
  readonly name: string
  readonly #take: (entry: LogEntry) => void
  #written = 0
  #lost = 0

  constructor(name: string, take: (entry: LogEntry) => void) {
    this.name = name
    this.#take = take
  }

  write(entry: LogEntry): void {
    try {
      this.#take(entry)
      this.#written++
    } catch (error) {
      if (this.#lost++ === 0)
        diag.error(`pgspan: query log: ${this.name} threw; what it does not take is lost, and counted`, error)
    }
  }

  statistics(): WriterStatistics {
    return { name: this.name, written: this.#written, lost: this.#lost, queued: 0 }
  }

  async close(): Promise<void> {}
}
