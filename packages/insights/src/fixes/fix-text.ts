import type { QueryShape } from '@pgspan/lifecycle'
import { libraryAdvice } from './library-advice.js'

/** What to do about an N+1, for the library that made the statement and the column that it compares. */
export function nPlusOneFix(
  library: string | undefined,
  shape: QueryShape,
  column: string | undefined,
): string {
  const condition = column === undefined ? 'all values in one array' : `WHERE ${quoted(column)} = ANY($1)`
  const raw = `${askingForAll(shape, column)}: ${condition}`
  const together = libraryAdvice(library, 'n_plus_one')?.advice
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

/** What to do about queries that wait for each other on one client. */
export function queueWaitFix(): string {
  return (
    'A client runs one query after the other, however they are called. For independent queries take a client each ' +
    '(`pool.query`), or await them in turn; within a transaction make fewer of them.'
  )
}

/** What to do about a transaction that is open for long. */
export function slowTransactionFix(): string {
  return (
    'Look at its slowest statements, keep out of it what need not be atomic, and split large changes into batches ' +
    'with a transaction each: what it has locked, others wait for.'
  )
}

/** What to do about a transaction that waits for the application, by what the application did meanwhile. */
export function idleInTransactionFix(reason: string): string {
  switch (reason) {
    case 'call':
      return 'Make the call before BEGIN or after COMMIT: as long as it takes, the locks are held and the connection is taken.'
    case 'query':
    case 'wait':
      return "Use the transaction's own client for all of its queries, or make the others before BEGIN or after COMMIT."
    case 'stall':
      return 'Compute before BEGIN or after COMMIT, or in a worker thread: nothing goes on while the event loop is blocked.'
    default:
      return 'Prepare everything before BEGIN, and do what can wait after COMMIT: calls to others, files, computing.'
  }
}

/** What to do about a transaction that nobody ends. */
export function leftOpenFix(isEmpty: boolean): string {
  if (isEmpty)
    return "`pool.query('BEGIN')` begins it on any connection: take one with `pool.connect()` for the whole transaction."
  return 'End it on every path: COMMIT in `try`, ROLLBACK in `catch`, `client.release()` in `finally`.'
}

/** What to do about a loop of single writes. */
export function writeLoopFix(isInsert: boolean): string {
  return isInsert
    ? 'Write all rows in one statement: several rows in VALUES, `INSERT … SELECT * FROM unnest($1::int[], $2::text[])`, or COPY for very many.'
    : 'Change all rows in one statement: `UPDATE … FROM (VALUES …) AS v(id, …) WHERE t.id = v.id`, `WHERE id = ANY($1)` for the same change.'
}

/** What to do about a loop of short transactions. */
export function autocommitFix(): string {
  return (
    'Take one transaction for a batch of items: each COMMIT waits for the disk. If one failing item must not undo the ' +
    'others, use a savepoint for each.'
  )
}

/** What to do about a write whose condition never holds. */
export function zeroRowFix(): string {
  return (
    'Check its condition and its values: another tenant, a wrong type, a row that was never written. If it is meant to ' +
    'find nothing, look at the row count that it returns, or leave it out.'
  )
}

/** What to do about a write that no writes are taken for. */
export function refusedWriteFix(isReplica: boolean): string {
  return isReplica
    ? 'Send it to the primary, over a pool of its own. If this is meant to be the primary, its address leads to a replica, as after a failover: name all servers in one address that follows it, and close the connections that were open before.'
    : 'See who makes the session read-only: default_transaction_read_only of the role, the database or the connection, or BEGIN READ ONLY around the statement.'
}

/** What to do about a result of very many rows. */
export function largeResultFix(): string {
  return (
    'Read what is needed: LIMIT with keyset pagination, fewer columns, aggregates in SQL. If it must be all of them, ' +
    'stream them with a cursor (`pg-query-stream`), so that they are never in memory together.'
  )
}

/** What to do about a result that grows with its table. */
export function unboundedSelectFix(): string {
  return 'Give it a LIMIT and page by key (`WHERE id > $1 ORDER BY id LIMIT 100`), or a condition that bounds it, before it is too large.'
}

/** What to do about a unit of work of very many queries. */
export function chattyFix(): string {
  return (
    'Begin with the statements that run most: load related rows together (joins, `= ANY($1)`), remember what does not ' +
    'change, and leave out what is not shown.'
  )
}

/** What to do about reads that wait for each other. */
export function sequentialFix(): string {
  return (
    'If none decides whether the next is needed, make them together with `Promise.all` on a pool, which then needs a ' +
    'connection for each, or as one query.'
  )
}

/** What to do about a list of constants that is asked for one by one. */
export function constantFanoutFix(): string {
  return 'Ask for all of them at once (`= ANY($1)`), or keep them in memory if they rarely change. It costs the same every time; it does not grow.'
}

/** What to do about queries that run in the wrong unit of work. */
export function contextLossFix(): string {
  return (
    'Work that goes on after its request gets a unit of its own: `runInUnitOfWork(name, work)`. If it is none, the ' +
    'asynchronous context gets lost: bind callbacks that a queue or a pool of your own calls later with ' +
    '`AsyncResource.bind`, and start timers and listeners outside of requests.'
  )
}

/** As PostgreSQL wants it written. */
function quoted(column: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(column) ? column : `"${column.replaceAll('"', '""')}"`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
