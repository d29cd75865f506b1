import type { Attributes, SpanStatus } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import { conditionNameOf, errorTypeOf, attributes as names, sqlStateOf } from '@pgspan/conventions'

/** What the driver keeps of a server's error message, as far as it is read here. */
interface ServerError {
  readonly severity?: unknown
  readonly constraint?: unknown
  readonly schema?: unknown
  readonly table?: unknown
  readonly column?: unknown
  readonly dataType?: unknown
  readonly position?: unknown
  /** The server's source file that raised it. */
  readonly file?: unknown
}

/** A server may translate the word; only the untranslated ones mean something to everybody. */
const severities: ReadonlySet<unknown> = new Set(['ERROR', 'FATAL', 'PANIC'])

/** The server cuts names at this many bytes; what is longer is no name. */
const longestName = 63

/**
 * What is recorded of an error: `error.type`, and of a server's error its SQLSTATE, severity, position, and the
 * constraint, schema, table, column and data type that it is about. Never a message, a detail or a hint: they quote
 * values of the application.
 *
 * @see https://www.postgresql.org/docs/18/protocol-error-fields.html
 */
export function errorAttributes(error: unknown): Attributes {
  const attributes: Attributes = { [names.errorType]: errorTypeOf(error) }
  const sqlState = sqlStateOf(error)
  if (sqlState === undefined) return attributes
  attributes[names.dbResponseStatusCode] = sqlState
  // It has a SQLSTATE, so the driver made it from a message of the server.
  const server = error as ServerError
  if (severities.has(server.severity)) attributes[names.pgspanErrorSeverity] = String(server.severity)
  const position = Number(server.position)
  if (Number.isInteger(position) && position > 0) attributes[names.pgspanErrorPosition] = position
  if (!isRaisedByProcedure(server)) addNames(attributes, server)
  return attributes
}

/** The status of a span that failed: the condition's name says more than the code that `error.type` holds. */
export function errorStatus(error: unknown): SpanStatus {
  const message = conditionOf(error)
  return { code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) }
}

/** PostgreSQL's name for what happened; undefined for an error that is not a server's. */
export function conditionOf(error: unknown): string | undefined {
  const sqlState = sqlStateOf(error)
  return sqlState === undefined ? undefined : conditionNameOf(sqlState)
}

function addNames(
  attributes: Attributes,
  { constraint, schema, table, column, dataType }: ServerError,
): void {
  addName(attributes, names.pgspanErrorConstraint, constraint)
  addName(attributes, names.pgspanErrorSchema, schema)
  addName(attributes, names.pgspanErrorTable, table)
  addName(attributes, names.pgspanErrorColumn, column)
  addName(attributes, names.pgspanErrorDataType, dataType)
}

function addName(attributes: Attributes, key: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= longestName) attributes[key] = name
}

/**
 * True if the code of a procedure raised it, which may put any value where the server puts names
 * (`RAISE … USING TABLE = …`): the sources of procedural languages are `pl_exec.c`, `plpy_elog.c`, `plv8.cc` and so on.
 */
function isRaisedByProcedure({ file }: ServerError): boolean {
  return typeof file === 'string' && /(^|[/\\])pl[^/\\]*$/.test(file)
}
