import type { QueryShape } from '@pgspan/lifecycle'

const maximumTables = 32

/**
 * When the tables of a unit of work were last written to, counted in its queries.
 *
 * A statement that may have changed anything (a procedure, a definition, a session's settings, a function with an
 * effect, a write whose tables are unknown) changes all of them.
 */
export class TableChanges {
  // Most units of work only read.
  #tables: Map<string, number> | undefined = undefined
  #everything = 0
  /** The number of the last query that defined a table, an index or anything else; 0 for none. */
  lastDefinition = 0

  record(shape: QueryShape, sequence: number): void {
    const { kind, tables } = shape
    if (kind === 'write' || kind === 'copy') {
      this.#tables ??= new Map()
      if (tables.length === 0 || this.#tables.size + tables.length > maximumTables)
        this.#everything = sequence
      else for (const table of tables) this.#tables.set(table, sequence)
    } else if (mayChangeAnything(shape)) this.#everything = sequence
    if (kind === 'ddl') this.lastDefinition = sequence
  }

  /** The number of the last query that wrote to one of these tables; 0 for none. */
  lastOf(tables: readonly string[]): number {
    let last = this.#everything
    if (this.#tables === undefined) return last
    for (const table of tables) {
      const written = this.#tables.get(table)
      if (written !== undefined && written > last) last = written
    }
    return last
  }

  /** As {@link lastOf}, counting only writes that name a table. */
  lastWriteTo(tables: readonly string[]): number {
    let last = 0
    if (this.#tables === undefined) return last
    for (const table of tables) last = Math.max(last, this.#tables.get(table) ?? 0)
    return last
  }
}

function mayChangeAnything({ kind, isVolatile, isMultiStatement }: QueryShape): boolean {
  return kind === 'ddl' || kind === 'session' || kind === 'other' || isVolatile || isMultiStatement
}
