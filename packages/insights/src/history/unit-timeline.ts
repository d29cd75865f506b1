import type { QueryShape, UnitOfWork } from '@pgspan/lifecycle'
import type { ObservedQuery } from '../units/observed-query.js'

/** Further queries of a unit of work are counted, not listed. */
export const maximumListed = 200
/** Start, pool wait, queue, execution, consumer, duration and rows. */
export const figuresPerQuery = 7
export const unknownRows: number = -1
const usualQueries = 16

/** How a query failed, and its statement as it may be shown. */
export interface ListedError {
  readonly code: string
  readonly statement: string
}

/**
 * The queries of one unit of work, as long as it lasts.
 *
 * To be used again for another unit: what is new and lives as long as a unit is what collecting garbage costs.
 */
export class UnitTimeline {
  queries = 0
  failedQueries = 0
  rows = 0
  databaseMillis = 0
  waitMillis = 0
  /** How many queries are listed. */
  listed = 0
  /** By index; hardly any. */
  errors: Map<number, ListedError> | undefined = undefined
  readonly #shapes: (QueryShape | undefined)[] = []
  #figures: Float64Array = new Float64Array(usualQueries * figuresPerQuery)

  /** {@link figuresPerQuery} of each listed query, one after the other, and room for more. */
  get figures(): Float64Array {
    return this.#figures
  }

  shapeAt(index: number): QueryShape | undefined {
    return this.#shapes[index]
  }

  /** It is not larger than most: there is no harm in keeping it. */
  get isSmall(): boolean {
    return this.#shapes.length <= usualQueries
  }

  add(query: ObservedQuery, unit: UnitOfWork): void {
    const { poolWaitMillis, queueMillis, executionMillis, startedAt, rowCount } = query
    const durationMillis = query.settledAt - startedAt + poolWaitMillis
    this.queries++
    this.rows += rowCount ?? 0
    this.databaseMillis += executionMillis ?? durationMillis
    this.waitMillis += poolWaitMillis + queueMillis
    if (query.errorCode !== undefined) this.failedQueries++
    // A statement beyond the limit of a unit's groups would be kept alive by its listing alone.
    if (query.group === undefined || this.listed >= maximumListed) return
    if (query.errorCode !== undefined) this.#addError(query.errorCode, query.statement)
    this.#shapes[this.listed] = query.shape
    const at = figuresPerQuery * this.listed++
    if (at === this.#figures.length) this.#grow()
    const figures = this.#figures
    figures[at] = startedAt - poolWaitMillis - unit.startedAt
    figures[at + 1] = poolWaitMillis
    figures[at + 2] = queueMillis
    figures[at + 3] = executionMillis ?? Number.NaN
    figures[at + 4] = query.consumerMillis
    figures[at + 5] = durationMillis
    figures[at + 6] = rowCount ?? unknownRows
  }

  /** Makes it fit for another unit of work. */
  clear(): void {
    this.queries = 0
    this.failedQueries = 0
    this.rows = 0
    this.databaseMillis = 0
    this.waitMillis = 0
    // Emptied one by one: an array that is made shorter gives its memory back.
    for (let i = 0; i < this.listed; i++) this.#shapes[i] = undefined
    this.listed = 0
    this.errors = undefined
  }

  #addError(code: string, statement: string): void {
    this.errors ??= new Map()
    this.errors.set(this.listed, { code, statement })
  }

  #grow(): void {
    const figures = new Float64Array(2 * this.#figures.length)
    figures.set(this.#figures)
    this.#figures = figures
  }
}
