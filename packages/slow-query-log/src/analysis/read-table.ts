import { defaultTable, quoted, tableNameOf } from '../table/table-name.js'
import { type LogBatch, queryOfRow } from './logged-query.js'

/** Runs one statement on one session; `client.query` of pg is one. */
export type RunStatement = (
  text: string,
) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>

/** What is read of the table. */
export interface TableExtract {
  /** @defaultValue `pgspan_queries` */
  readonly table?: string
  /** Milliseconds since 1970. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only so many, the latest; in order of time all the same. */
  readonly latest?: number
}

const fetchRows = 5_000

/**
 * Reads the table of `toTable` through a cursor, so that memory stays flat.
 *
 * @param run on a session that nobody else uses meanwhile: it is in a transaction, which only reads
 * @throws TypeError at once for a name that no table has.
 */
export function readTable(run: RunStatement, extract: TableExtract = {}): AsyncGenerator<LogBatch> {
  return fetchAll(run, selectionOf(extract))
}

async function* fetchAll(run: RunStatement, selection: string): AsyncGenerator<LogBatch> {
  await run('BEGIN TRANSACTION READ ONLY')
  try {
    await run(`DECLARE pgspan_log NO SCROLL CURSOR FOR ${selection}`)
    for (;;) {
      const { rows } = await run(`FETCH ${fetchRows} FROM pgspan_log`)
      if (rows.length === 0) return
      const lost = rows.reduce((sum, row) => sum + Number(row.lost ?? 0), 0)
      yield { queries: rows.filter((row) => row.lost === null).map(queryOfRow), lost, unreadable: 0 }
    }
  } finally {
    await run('ROLLBACK')
  }
}

/** Times are numbers of ours. */
function selectionOf({ table = defaultTable, since, until, latest }: TableExtract): string {
  const columns =
    'extract(epoch FROM time) * 1000 AS epoch_ms, reason, execution_ms, pool_wait_ms, queue_ms, row_count, error_type, fingerprint, summary, statement, unit, trace_id, file, line, function, database, lost'
  const bounds = [
    ...(since === undefined ? [] : [`time >= ${literal(since)}`]),
    ...(until === undefined ? [] : [`time < ${literal(until)}`]),
  ]
  const where = bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`
  const rows = `SELECT ${columns} FROM ${quoted(tableNameOf(table))}${where}`
  if (latest === undefined) return rows
  return `SELECT * FROM (${rows} ORDER BY time DESC LIMIT ${Math.floor(latest)}) AS latest ORDER BY epoch_ms`
}

function literal(time: number): string {
  return `'${new Date(time).toISOString()}'`
}
