import type { QueryResultView } from '@pgspan/lifecycle'
import type { QueryGroup } from '../units/query-group.js'
import { namesIdentity, snakeCase } from './column-names.js'
import type { SlotValues } from './slot-values.js'
import { hashValue } from './value-hash.js'

const maximumColumns = 16

/**
 * The row that a single write has returned (`RETURNING id`), as long as it is the latest: whatever uses its
 * identifiers could not have been done together with the write, nor the write with others of its kind.
 */
export class ReturnedRow {
  readonly #ids: readonly number[]
  readonly #writer: QueryGroup
  readonly #users: Set<QueryGroup> = new Set()

  private constructor(ids: readonly number[], writer: QueryGroup) {
    this.#ids = ids
    this.#writer = writer
  }

  /**
   * Undefined if it returned no identifier that it was not given.
   *
   * @param given the hashes of what was written.
   */
  static of(
    { rows, fields }: QueryResultView,
    given: readonly number[],
    writer: QueryGroup,
  ): ReturnedRow | undefined {
    const row = rows.length === 1 ? rows[0] : undefined
    if (typeof row !== 'object' || row === null) return undefined
    const values: readonly unknown[] = Object.values(row)
    const ids: number[] = []
    for (let i = 0; i < values.length && i < maximumColumns; i++) {
      if (!namesIdentity(snakeCase(fields[i]?.name ?? ''))) continue
      const hash = hashValue(values[i])
      if (hash > 0 && !given.includes(hash)) ids.push(hash)
    }
    return ids.length === 0 ? undefined : new ReturnedRow(ids, writer)
  }

  /** Takes a query before it runs. Only the first use by each statement counts: the others are a loop over something. */
  use(user: QueryGroup, values: SlotValues): void {
    if (this.#users.has(user) || !this.#isAmong(values)) return
    if (this.#users.size === 0 && user !== this.#writer) this.#writer.chainedRuns++
    this.#users.add(user)
    user.chainedRuns++
  }

  #isAmong(values: SlotValues): boolean {
    for (let i = 0; i < values.count; i++) if (this.#ids.includes(values.hashes[i] ?? 0)) return true
    return false
  }
}
