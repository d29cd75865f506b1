import {
  type LogBatch,
  type LogFilter,
  type LoggedQuery,
  latestQueries,
  logFilesOf,
  type RunStatement,
  readFiles,
  readTable,
  type TableExtract,
} from '@pgspan/slow-query-log'
import { loadOptionalPackage } from '../optional-package.js'

/** Where a query log is. */
export interface LogPlace {
  /** A file or a directory. @defaultValue `PGSPAN_QUERY_LOG_DIRECTORY` */
  readonly path?: string
  /** A connection string, or true for what `PG*` variables say: the table there is read. */
  readonly database?: string | true
  readonly table: string
  /** Milliseconds since 1970; the table is not read further. */
  readonly since?: number
  readonly until?: number
}

/** Everything in a log. @throws if there is none, or it cannot be read. */
export async function* openLog(place: LogPlace): AsyncGenerator<LogBatch> {
  if (place.database === undefined) yield* readFiles(await filesOf(place))
  else yield* readDatabase(place.database, place)
}

/** The latest queries of a log, in order. */
export function latestIn(
  place: LogPlace,
  count: number,
  filter: LogFilter = {},
): Promise<readonly LoggedQuery[]> {
  const isPlain = filter.route === undefined && filter.slowerThanMillis === undefined
  const { database } = place
  const source =
    database !== undefined && isPlain ? readDatabase(database, { ...place, latest: count }) : openLog(place)
  return latestQueries(source, count, filter)
}

async function filesOf({ path = process.env.PGSPAN_QUERY_LOG_DIRECTORY }: LogPlace): Promise<string[]> {
  if (!path) throw new Error('where is the log? Name a file or a directory, or use --database')
  const files = await logFilesOf(path)
  if (files.length === 0) throw new Error(`there are no .ndjson files in ${path}`)
  return files
}

interface Driver {
  readonly Client: new (
    options: object,
  ) => {
    connect(): Promise<unknown>
    query: RunStatement
    end(): Promise<unknown>
  }
}

async function* readDatabase(database: string | true, extract: TableExtract): AsyncGenerator<LogBatch> {
  const pg = loadOptionalPackage<Driver>('pg')
  if (pg === undefined) throw new Error('pg is not installed here: npm install pg')
  const client = new pg.exports.Client({
    application_name: 'pgspan slow-log',
    ...(database !== true && { connectionString: database }),
  })
  const batches = readTable((text) => client.query(text), extract)
  await client.connect()
  try {
    yield* batches
  } finally {
    await client.end()
  }
}
