import type { QueryShape } from '@pgspan/lifecycle'

/** How a library loads related rows in one go. */
const loadersTogether: readonly (readonly [library: string, advice: string])[] = [
  [
    'drizzle-orm',
    'load them with the rows (`db.query.….findMany({ with: … })`), or in one query with `inArray(…)`',
  ],
  ['kysely', 'load them with the rows (`jsonArrayFrom`), or in one query with `.where(…, "in", ids)`'],
  ['knex', 'load them in one query with `.whereIn(…, ids)`'],
  ['objection', 'load them with the rows (`withGraphFetched`)'],
  ['typeorm', 'load them with the rows (`relations` or `leftJoinAndSelect`), or in one query with `In(ids)`'],
  ['sequelize', 'load them with the rows (`include`), or in one query with `where: { … : ids }`'],
  ['@mikro-orm/', 'load them with the rows (`populate`), or in one query with `{ $in: ids }`'],
  ['mikro-orm', 'load them with the rows (`populate`), or in one query with `{ $in: ids }`'],
  [
    '@prisma/',
    'load them with the rows (`include` or `relationLoadStrategy: "join"`), or with `{ in: ids }`',
  ],
  [
    'dataloader',
    'create the DataLoader once per request and load without awaiting in between, so that it batches',
  ],
]

/** What to do about an N+1, for the library that made the statement and the column that it compares. */
export function nPlusOneFix(
  library: string | undefined,
  shape: QueryShape,
  column: string | undefined,
): string {
  const condition = column === undefined ? 'all values in one array' : `WHERE ${quoted(column)} = ANY($1)`
  const raw = `${askingForAll(shape, column)}: ${condition}`
  const together = adviceFor(library)
  return together === undefined ? `Ask for ${raw}.` : `${capitalised(together)}; in SQL, ${raw}.`
}

/** The first row of each value, the first few of each, or all of them. */
function askingForAll(shape: QueryShape, column: string | undefined): string {
  if (!shape.hasOrderBy || !shape.hasLimit || column === undefined) return 'one query for all of them'
  const limit = shape.slots.find(({ role }) => role === 'limit')?.literal
  return limit === '1'
    ? `the first of each with SELECT DISTINCT ON (${quoted(column)})`
    : 'the first few of each with a LATERAL join over the values'
}

/** What to do about a query that asks for the same again. */
export function duplicateFix(): string {
  return 'Ask once and pass the result on, or remember it for the request (a DataLoader, a memoised function).'
}

/** What to do about a repetition of which only the text is known. */
export function repeatedFix(column: string | undefined): string {
  const condition = column === undefined ? 'an array of values' : `WHERE ${quoted(column)} = ANY($1)`
  return (
    `If the values differ, ask for all of them at once: ${condition}. If they are the same, ask once. ` +
    'With PgInstrumentation of @pgspan/instrumentation-pg, pgspan can tell which, and where the values came from.'
  )
}

/** What to do about a slow execution. */
export function slowQueryFix(rowCount: number | undefined): string {
  return rowCount !== undefined && rowCount >= 1_000
    ? `It returned ${rowCount} rows: read fewer (LIMIT, keyset pagination), or stream them.`
    : 'Look at its plan with EXPLAIN (ANALYZE, BUFFERS): a missing index, a sequential scan, or a lock that it waited for.'
}

/** What to do about waiting for a connection to open. */
export function openingWaitFix(): string {
  return (
    'The pool had room, but opening a connection took long: keep idle connections open (idleTimeoutMillis, min), open ' +
    'some before the first request, and look at the network, at TLS, and at what blocks the event loop.'
  )
}

/** What to do about waiting in a full pool. */
export function poolWaitFix(limit: number | undefined): string {
  const size = limit === undefined ? 'The pool was' : `All ${limit} connections of the pool were`
  return (
    `${size} in use. Hold connections shorter (no other calls inside a transaction), look for connections that are ` +
    'never released, and only then raise the limit, with an eye on max_connections of the server.'
  )
}

function adviceFor(library: string | undefined): string | undefined {
  if (library === undefined) return undefined
  return loadersTogether.find(([name]) =>
    name.endsWith('/') ? library.startsWith(name) : library === name,
  )?.[1]
}

/** As PostgreSQL wants it written. */
function quoted(column: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(column) ? column : `"${column.replaceAll('"', '""')}"`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
