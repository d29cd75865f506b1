/** A table, by names that need no quotes but get them. */
export interface TableName {
  /** Undefined for the first schema of the connection's search path. */
  readonly schema: string | undefined
  readonly name: string
}

/** Partitions have nine characters more, and PostgreSQL keeps 63. */
const pattern = /^(?:([a-z_][a-z0-9_]{0,62})\.)?([a-z_][a-z0-9_]{0,40})$/

export const defaultTable = 'pgspan_queries'

/** @throws TypeError for a name that is not like `queries` or `logs.queries`. */
export function tableNameOf(text: string): TableName {
  const [, schema, name] = pattern.exec(text) ?? []
  if (name === undefined)
    throw new TypeError(`a table is named like queries or logs.queries, in small letters, digits and _`)
  return { schema, name }
}

/** With quotes. */
export function quoted({ schema, name }: TableName): string {
  return schema === undefined ? `"${name}"` : `"${schema}"."${name}"`
}
