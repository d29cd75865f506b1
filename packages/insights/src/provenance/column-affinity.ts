import { namesIdentity, namesLink, namesReference, refersTo, snakeCase } from './column-names.js'

/** How well two columns go together by their names. `loose`: `author_id` and the `id` of some table. */
export type Affinity = 'none' | 'loose' | 'close'

/** A column and the tables that its statement names. */
export interface NamedColumn {
  readonly column: string | undefined
  readonly tables: readonly string[]
}

/**
 * Judges by name whether a statement that compares `compared` asks for what another statement returned as `source`.
 *
 * Close: the same identifying name, other than `id`; `id` of the same table; `order_id` and the `id` of `orders`, in
 * either direction. Loose: `id` compared with a reference that names no table of the statement, as `author_id` and
 * `created_by` do for `users`.
 */
export function affinityOf(compared: NamedColumn, source: NamedColumn): Affinity {
  if (compared.column === undefined || source.column === undefined) return 'none'
  const wanted = snakeCase(compared.column)
  const given = snakeCase(source.column)
  if (wanted === 'id' && given === 'id') {
    return compared.tables.some((table) => source.tables.includes(table)) ? 'close' : 'none'
  }
  if (wanted === given) return namesIdentity(wanted) ? 'close' : 'none'
  if (given === 'id' && refers(wanted)) {
    return source.tables.some((table) => refersTo(wanted, snakeCase(table))) ? 'close' : 'none'
  }
  if (wanted === 'id' && refers(given)) {
    return compared.tables.some((table) => refersTo(given, snakeCase(table))) ? 'close' : 'loose'
  }
  return 'none'
}

/**
 * True if a row of the table can lead to another one by these columns: `parent_id` and `id`, `id` and `next_id`, `path`
 * and `target`.
 */
export function leadsToOwnRows(compared: string | undefined, source: string): boolean {
  if (compared === undefined) return false
  const wanted = snakeCase(compared)
  const given = snakeCase(source)
  if (wanted === given) return false
  if ((wanted === 'id' && namesReference(given)) || (given === 'id' && namesReference(wanted))) return true
  return (namesIdentity(wanted) && namesLink(given)) || (namesIdentity(given) && namesLink(wanted))
}

/** `author_id`, and `author`. */
function refers(name: string): boolean {
  return namesReference(name) || namesLink(name)
}
