import { type DurationBar, DurationHistogram } from './duration-histogram.js'
import type { LoggedQuery } from './logged-query.js'

/** How often something occurred. */
export interface NamedCount {
  readonly name: string
  readonly count: number
}

/** Figures of queries that belong together. Times are milliseconds of execution. */
export interface GroupFigures {
  readonly count: number
  readonly failed: number
  readonly totalMillis: number
  readonly meanMillis: number
  readonly maximumMillis: number
  /** Off by 6 % at most. */
  readonly p50Millis: number
  readonly p95Millis: number
  readonly poolWaitMillis: number
  readonly queueMillis: number
  readonly rows: number
  /** By SQLSTATE or type; the most frequent first. */
  readonly errors: readonly NamedCount[]
  readonly histogram: readonly DurationBar[]
  readonly slowest: readonly LoggedQuery[]
}

const keptSlowest = 5
const maximumNames = 50

/** Adds up queries. Bounded, whatever they are. */
export class QueryGroup {
  #count = 0
  #failed = 0
  #totalMillis = 0
  #maximumMillis = 0
  #poolWaitMillis = 0
  #queueMillis = 0
  #rows = 0
  readonly #errors: NameCounts = new NameCounts()
  readonly #times: DurationHistogram = new DurationHistogram()
  #slowest: LoggedQuery[] = []

  add(query: LoggedQuery): void {
    const { millis, error } = query
    this.#count++
    this.#totalMillis += millis
    this.#poolWaitMillis += query.poolWaitMillis
    this.#queueMillis += query.queueMillis
    this.#rows += query.rows
    this.#times.add(millis)
    if (error !== undefined) {
      this.#failed++
      this.#errors.add(error)
    }
    if (millis > this.#maximumMillis) this.#maximumMillis = millis
    const fastestKept = this.#slowest.at(-1)
    if (this.#slowest.length === keptSlowest && fastestKept !== undefined && millis <= fastestKept.millis)
      return
    this.#slowest = [...this.#slowest, query].sort((a, b) => b.millis - a.millis).slice(0, keptSlowest)
  }

  get figures(): GroupFigures {
    const maximumMillis = this.#maximumMillis
    return {
      count: this.#count,
      failed: this.#failed,
      totalMillis: this.#totalMillis,
      meanMillis: this.#count === 0 ? 0 : this.#totalMillis / this.#count,
      maximumMillis,
      p50Millis: Math.min(maximumMillis, this.#times.quantile(0.5)),
      p95Millis: Math.min(maximumMillis, this.#times.quantile(0.95)),
      poolWaitMillis: this.#poolWaitMillis,
      queueMillis: this.#queueMillis,
      rows: this.#rows,
      errors: this.#errors.list,
      histogram: this.#times.bars,
      slowest: this.#slowest,
    }
  }
}

/** Counts by name: at most 50, the others together as `_OTHER`. */
export class NameCounts {
  readonly #counts: Map<string, number> = new Map()

  add(name: string): void {
    const key = this.#counts.has(name) || this.#counts.size < maximumNames ? name : '_OTHER'
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** The most frequent first. */
  get list(): readonly NamedCount[] {
    return [...this.#counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
  }
}
