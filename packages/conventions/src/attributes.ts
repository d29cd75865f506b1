// Stable in the semantic conventions for database client spans:
// https://opentelemetry.io/docs/specs/semconv/database/postgresql/

export const dbSystemName = 'db.system.name'
/** The value of {@link dbSystemName} for every PostgreSQL. */
export const postgresql = 'postgresql'
export const dbNamespace = 'db.namespace'
export const dbQuerySummary = 'db.query.summary'
export const dbQueryText = 'db.query.text'
export const dbResponseStatusCode = 'db.response.status_code'
export const errorType = 'error.type'
export const serverAddress = 'server.address'
export const serverPort = 'server.port'

// In development there:

/** The value of a bound parameter, as text; they are numbered from 0. */
export const dbQueryParameter = (index: number): string => `db.query.parameter.${index}`
export const dbResponseReturnedRows = 'db.response.returned_rows'
export const dbClientConnectionPoolName = 'db.client.connection.pool.name'
export const dbClientConnectionState = 'db.client.connection.state'

// Stable in the semantic conventions for source code:
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/

export const codeFilePath = 'code.file.path'
export const codeLineNumber = 'code.line.number'
export const codeFunctionName = 'code.function.name'

// Stable in the semantic conventions for exceptions:
// https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/

export const exceptionType = 'exception.type'
export const exceptionMessage = 'exception.message'
export const exceptionStacktrace = 'exception.stacktrace'

// Stable in the semantic conventions for HTTP:
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/

export const httpRequestMethod = 'http.request.method'
export const httpRoute = 'http.route'

// Our own.

/** Seconds that the query waited for a pooled connection. */
export const pgspanPoolWait = 'pgspan.pool.wait'
/** How the pool answered: `idle`, `create` or `queue`. */
export const pgspanPoolPath = 'pgspan.pool.path'
/** Why a pool gave up a connection: `idle_timeout`, `max_lifetime`, `max_uses`, `caller`, `error`, `connection_lost` and so on. */
export const pgspanConnectionCloseReason = 'pgspan.connection.close_reason'
/** What was wrong with a connection that was given back: `in_transaction`, `failed_transaction`, `active_query` or `double`. */
export const pgspanReleaseKind = 'pgspan.release.kind'
/** What makes a checkout a leak: `idle_in_transaction`, `inactive` or `owner_ended`. */
export const pgspanLeakKind = 'pgspan.leak.kind'
/** Seconds that the query waited for its turn on its client. */
export const pgspanQueueWait = 'pgspan.queue.wait'
/** Seconds from sent to settled, without the consumer's pauses. */
export const pgspanExecutionTime = 'pgspan.execution.time'
/** Seconds that a cursor or stream waited for its reader. */
export const pgspanConsumerTime = 'pgspan.consumer.time'
/** Seconds from sent to the first row. */
export const pgspanFirstRow = 'pgspan.first_row'
/** How often a cursor or stream asked for rows. */
export const pgspanFetchRounds = 'pgspan.fetch_rounds'
/** True if a cursor or stream was closed before its last row. */
export const pgspanAbandoned = 'pgspan.abandoned'
/** The server's process id for the session, as in `pg_stat_activity.pid`. */
export const pgspanBackendPid = 'pgspan.backend.pid'
/** `primary` or `replica`, as the server says of itself. */
export const pgspanServerRole = 'pgspan.server.role'
/** The server's id of the statement, as in `pg_stat_statements.queryid`: a signed 64-bit number, as text. */
export const pgspanQueryId = 'pgspan.query.id'
/** Name of the prepared statement. */
export const pgspanStatementName = 'pgspan.statement.name'

/** What the server called the error: `ERROR`, `FATAL` or `PANIC`. */
export const pgspanErrorSeverity = 'pgspan.error.severity'
/** Name of the constraint that was violated. */
export const pgspanErrorConstraint = 'pgspan.error.constraint'
/** Schema, table, column and data type that the server's error is about. */
export const pgspanErrorSchema = 'pgspan.error.schema'
export const pgspanErrorTable = 'pgspan.error.table'
export const pgspanErrorColumn = 'pgspan.error.column'
export const pgspanErrorDataType = 'pgspan.error.data_type'
/** Where in the query text as it was sent, in characters from 1. */
export const pgspanErrorPosition = 'pgspan.error.position'

/** Seconds between sent and settled that the event loop of this process was blocked, so that no answer could be read. */
export const pgspanEventLoopStall = 'pgspan.event_loop.stall'

/** On the statement that ends a transaction: seconds from the call of `BEGIN` until this statement had settled. */
export const pgspanTransactionDuration = 'pgspan.transaction.duration'
/** Seconds of these in which the server had nothing to do for the transaction. */
export const pgspanTransactionIdleTime = 'pgspan.transaction.idle_time'
/** How many statements ran between `BEGIN` and the statement that ends the transaction. */
export const pgspanTransactionStatements = 'pgspan.transaction.statements'
/** `committed`, `rolled_back`, `commit_rolled_back`, `commit_failed`, `prepared` or `unknown`. */
export const pgspanTransactionOutcome = 'pgspan.transaction.outcome'

/** On the local root span: how many findings its unit of work has. */
export const pgspanFindingsCount = 'pgspan.findings.count'
export const pgspanFindingsIds = 'pgspan.findings.ids'
export const pgspanFindingsKinds = 'pgspan.findings.kinds'
export const pgspanFindingsMaxSeverity = 'pgspan.findings.max_severity'
/** Milliseconds that the fixes would have saved, by estimate. */
export const pgspanFindingsSavedMillis = 'pgspan.findings.saved_ms'
export const pgspanFindingKind = 'pgspan.finding.kind'
export const pgspanFindingSeverity = 'pgspan.finding.severity'

/** `valid`, `invalid` or `timeout`. */
export const pgspanValidationResult = 'pgspan.validation.result'
/** When a connection was validated: `background` or `before_use`. */
export const pgspanValidationMoment = 'pgspan.validation.moment'
/** What was tried again: `opening`, `transaction` or `query`. */
export const pgspanRetryKind = 'pgspan.retry.kind'

/** What a session of the server does, as in `pg_stat_activity.state`; `other` for what has none. */
export const pgspanSessionState = 'pgspan.session.state'
/** The session's `application_name`. */
export const pgspanSessionApplication = 'pgspan.session.application'

/** The database of a PgBouncer, as its clients name it. */
export const pgspanPgbouncerDatabase = 'pgspan.pgbouncer.database'
/** What a client of a PgBouncer, or a server connection of it, does: `active`, `waiting`, `idle`, … */
export const pgspanPgbouncerState = 'pgspan.pgbouncer.state'

/** Of a logged query: `failed`, `slow` or `sampled`. */
export const pgspanLogReason = 'pgspan.log.reason'
/** How many entries of the log could not be kept. */
export const pgspanLogLost = 'pgspan.log.lost'
/** The request's method and route, the job's name or the trace's. */
export const pgspanUnitName = 'pgspan.unit.name'
/** The same for queries that differ in literals, layout, comments or list lengths. */
export const pgspanQueryFingerprint = 'pgspan.query.fingerprint'
/** Rows that a statement has changed. */
export const pgspanAffectedRows = 'pgspan.affected_rows'
/** Counts up from 1 in this process. */
export const pgspanConnectionId = 'pgspan.connection.id'
/** Seconds that it took to open a connection. */
export const pgspanConnectionCreateTime = 'pgspan.connection.create_time'
/** Seconds between acquiring a connection and giving it back. */
export const pgspanConnectionUseTime = 'pgspan.connection.use_time'
