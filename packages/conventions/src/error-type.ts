/** `error.type` for errors that have no low-cardinality name of their own. */
const otherError = '_OTHER'

/** What the driver says without a code, by its beginning. */
const driverErrors: readonly (readonly [beginning: string, type: string])[] = [
  ['Query read timeout', 'query_timeout'],
  ['timeout exceeded when trying to connect', 'pool_timeout'],
  ['Connection terminated due to connection timeout', 'connect_timeout'],
  ['timeout expired', 'connect_timeout'],
  ['Connection terminated', 'connection_terminated'],
  ['Client has encountered a connection error', 'connection_error'],
  ['Client was closed', 'client_closed'],
  ['The query is not supported in pipeline mode', 'not_supported_in_pipeline'],
]

/**
 * The value of `error.type`: the SQLSTATE of a server's error; the code of a system error, such as `ECONNREFUSED`;
 * `query_timeout`, `pool_timeout`, `connect_timeout`, `connection_terminated`, `connection_error`, `client_closed`
 * or `not_supported_in_pipeline` for the driver's own; else the error's class. Never any part of a message.
 */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return otherError
  const code = codeOf(error)
  if (typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code)) return code
  const message = String(error.message)
  const known = driverErrors.find(([beginning]) => message.startsWith(beginning))
  if (known) return known[1]
  return /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : otherError
}

/** The five characters that a PostgreSQL server classifies its error by; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  const { severity } = error as { severity?: unknown }
  return severity !== undefined && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/** `pg.native` names it `sqlState` where it has not made the driver's error of libpq's: in a pipeline. */
function codeOf(error: Error): unknown {
  const { code, sqlState } = error as { code?: unknown; sqlState?: unknown }
  return code ?? sqlState
}
