import type { SummaryBuilder } from './summary-builder.js'

/** A name that may turn out to be that of a common table which is defined further on. */
interface ForwardTarget {
  readonly a: number
  readonly b: number
  /** Undefined if the name added no table. */
  readonly table: string | undefined
  /** Where its name stands in the summary. */
  start: number
  end: number
}

/** Tables that a `WITH RECURSIVE` names: any of them can be a common table of the same list, also a later one. */
export class ForwardTargets {
  /** There is a `WITH RECURSIVE` in the statement. */
  isActive = false
  readonly #summary: SummaryBuilder
  #targets: ForwardTarget[] = []

  constructor(summary: SummaryBuilder) {
    this.#summary = summary
  }

  begin(): void {
    this.isActive = false
    if (this.#targets.length > 0) this.#targets = []
  }

  get size(): number {
    return this.#targets.length
  }

  add(a: number, b: number, table: string | undefined, start: number, end: number): void {
    this.#targets.push({ a, b, table, start, end })
  }

  /**
   * A common table is defined: takes its name out of the summary where it stands since there were `since` targets, and
   * says which tables are none.
   */
  withdraw(a: number, b: number, since: number): string[] {
    const tables: string[] = []
    for (const target of this.#targets.slice(since)) {
      if (target.a !== a || target.b !== b) continue
      this.#targets.splice(this.#targets.indexOf(target), 1)
      this.#removeFromSummary(target)
      if (target.table !== undefined) tables.push(target.table)
    }
    return tables
  }

  #removeFromSummary({ start, end }: ForwardTarget): void {
    this.#summary.remove(start, end)
    for (const other of this.#targets) {
      if (other.start < end) continue
      other.start -= end - start
      other.end -= end - start
    }
  }
}
