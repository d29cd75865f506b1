import { checkNamed, isCount } from '../query-log-options.js'
import { defaultTable, tableNameOf } from './table-name.js'
import { dayOf, ensureStatement } from './table-statements.js'

/** Options of {@link ensureTable}; all optional. */
export interface EnsureTableOptions {
  /** `queries` or `logs.queries`; its schema must be there. @defaultValue `pgspan_queries` */
  readonly table?: string
  /** Partitions of older days are dropped. @defaultValue `14` */
  readonly retentionDays?: number
  /** For how many days partitions are made, today included: for a role that may not make them itself. @defaultValue `2` */
  readonly days?: number
}

/**
 * Makes the table of `toTable`, as a migration does it: for an application whose own role may not. What is there stays
 * as it is.
 *
 * @param query runs one statement: `(text) => client.query(text)`
 * @throws TypeError that names the option that is wrong, and what the driver rejects with.
 */
export async function ensureTable(
  query: (text: string) => Promise<unknown>,
  options: EnsureTableOptions = {},
): Promise<void> {
  checkNamed('ensureTable', options, checks)
  const { table = defaultTable, retentionDays = 14, days = 2 } = options
  const now = Date.now()
  const all = Array.from({ length: days }, (_, n) => dayOf(now, n))
  await query(ensureStatement(tableNameOf(table), all, now, retentionDays))
}

const checks = {
  table: [(value: unknown) => typeof value === 'string', 'a name like queries or logs.queries'],
  retentionDays: [isCount, 'a whole number of days above 0'],
  days: [isCount, 'a whole number of days above 0'],
} as const
