import type { LogWriter } from '../log-writer.js'
import { checkNamed, isCount } from '../query-log-options.js'
import { tableNameOf } from '../table/table-name.js'
import { maximumQueued, TableWriter } from './table-writer.js'

/** Options of {@link toTable}; all optional. */
export interface TableOptions {
  /** `queries` or `logs.queries`; its schema must be there. @defaultValue `pgspan_queries` */
  readonly table?: string
  /** The name of the pool whose database has the table. @defaultValue the first pool that is seen */
  readonly pool?: string
  /** Partitions of older days are dropped. @defaultValue `14` */
  readonly retentionDays?: number
  /** Rows are written when so many wait, or after a second. @defaultValue `200` */
  readonly batchSize?: number
}

/**
 * Writes queries to a table of the database, in batches, over one connection of its own that no pool and no observer
 * knows. The table has a partition for each day; see {@link ensureTable}. Pool events are not written.
 *
 * While the database does not answer, up to 5,000 rows wait; the rest is lost, and counted.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function toTable(options: TableOptions = {}): LogWriter {
  checkNamed('toTable', options, checks)
  return new TableWriter(options)
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const checks = {
  table: [isTableName, 'a name like queries or logs.queries, in small letters, digits and _'],
  pool: [isText, 'the name of a pool'],
  retentionDays: [isCount, 'a whole number of days above 0'],
  batchSize: [
    (value: unknown) => isCount(value) && Number(value) <= maximumQueued,
    `a whole number from 1 to ${maximumQueued}`,
  ],
} as const

function isTableName(value: unknown): boolean {
  try {
    return typeof value === 'string' && tableNameOf(value) !== undefined
  } catch {
    return false
  }
}
