import type { QueryShape, UnitOfWork } from '@pgspan/lifecycle'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { RecentQuery } from './recent-unit.js'

/** Further queries of a unit of work are counted, not listed. */
export const maximumListed = 200
/** Figures per query: start, pool wait, queue, execution, consumer, duration, rows. */
const width = 7
const bytesPerQuery = width * 8 + 8
const unknownRows = -1

/** The queries of one unit of work, seven numbers and a reference each: an object each would cost five times as much. */
export class UnitTimeline {
  queries = 0
  failedQueries = 0
  rows = 0
  databaseMillis = 0
  waitMillis = 0
  readonly #figures: number[] = []
  readonly #shapes: QueryShape[] = []
  /** By index; hardly any. */
  #errors: Map<number, { readonly code: string; readonly statement: string }> | undefined = undefined

  add(query: ObservedQuery, unit: UnitOfWork): void {
    const { poolWaitMillis, queueMillis, executionMillis, consumerMillis, startedAt, rowCount } = query
    const durationMillis = query.settledAt - startedAt + poolWaitMillis
    this.queries++
    this.rows += rowCount ?? 0
    this.databaseMillis += executionMillis ?? durationMillis
    this.waitMillis += poolWaitMillis + queueMillis
    if (query.errorCode !== undefined) this.failedQueries++
    // A statement beyond the limit of a unit's groups would be kept alive by its listing alone.
    if (query.group === undefined || this.#shapes.length >= maximumListed) return
    if (query.errorCode !== undefined) {
      this.#errors ??= new Map()
      this.#errors.set(this.#shapes.length, { code: query.errorCode, statement: query.statement })
    }
    this.#shapes.push(query.shape)
    this.#figures.push(
      startedAt - poolWaitMillis - unit.startedAt,
      poolWaitMillis,
      queueMillis,
      executionMillis ?? Number.NaN,
      consumerMillis,
      durationMillis,
      rowCount ?? unknownRows,
    )
  }

  /** Without the texts that {@link shapes} refer to. */
  get bytes(): number {
    return this.#shapes.length * bytesPerQuery
  }

  get shapes(): ReadonlySet<QueryShape> {
    return new Set(this.#shapes)
  }

  get listed(): readonly RecentQuery[] {
    return this.#shapes.map((shape, index) => {
      const error = this.#errors?.get(index)
      const at = (field: number): number => this.#figures[index * width + field] ?? 0
      const [execution, rows] = [at(3), at(6)]
      return {
        fingerprint: shape.fingerprint,
        summary: shape.summary,
        statement: error?.statement ?? shape.sanitizedText,
        startMillis: roundMillis(at(0)),
        durationMillis: roundMillis(at(5)),
        poolWaitMillis: roundMillis(at(1)),
        queueMillis: roundMillis(at(2)),
        executionMillis: Number.isNaN(execution) ? undefined : roundMillis(execution),
        consumerMillis: roundMillis(at(4)),
        rows: rows === unknownRows ? undefined : rows,
        errorCode: error?.code,
      }
    })
  }
}
