import type { Context } from '@opentelemetry/api'
import type {
  CallSiteRequest,
  Checkout,
  DatabaseTarget,
  QueryShape,
  ServerRole,
  UnitOfWork,
} from '@pgspan/lifecycle'
import { sanitizeFailClosed } from '@pgspan/query-text'
import type { ObservedTransaction } from './observed-transaction.js'
import type { QueryGroup } from './query-group.js'

/** The SQLSTATE of a text that the server could not read. */
const syntaxError = '42601'

/**
 * A query as detectors see it: plain facts, no values, no rows.
 *
 * One per query, made by a feed when the query starts and completed when it settles. All times are milliseconds;
 * moments are on the monotonic clock.
 */
export class ObservedQuery {
  readonly shape: QueryShape
  readonly target: DatabaseTarget
  /** Undefined outside any: no repetition is looked for. */
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  /** Knows who made the query; undefined for somebody's span. */
  readonly callSites: CallSiteRequest | undefined
  /** The server session; 0 if unknown. */
  readonly connectionId: number
  readonly startedAt: number
  /** The statement as it may be shown: less of its text once the server could not read it. */
  statement: string
  /** When the caller asked for it: before it waited for a connection, if it is the first on that connection. */
  askedAt: number
  /** 0 until the query has settled, as everything below. */
  settledAt = 0
  /** The server's time; undefined if waiting cannot be told apart from it. */
  executionMillis: number | undefined = undefined
  /** Of {@link executionMillis}, the event loop was blocked: an answer could not be read. */
  stallMillis = 0
  /** Waited for its turn on its client. */
  queueMillis = 0
  /** Of {@link queueMillis}, the event loop was blocked. */
  queueStallMillis = 0
  /** How many queries of its client were before it. */
  queuedBehind = 0
  /** Waited for a connection of the pool; 0 for a query that found its client there. */
  poolWaitMillis = 0
  /** The pool that its connection came from; undefined for a client outside any. */
  poolName: string | undefined = undefined
  /** Paused by the reader of a cursor or stream. */
  consumerMillis = 0
  rowCount: number | undefined = undefined
  /** About how large its rows are, if it took 5 ms or more. */
  resultBytes = 0
  /** Its reader takes the rows as they come: a cursor, a stream, COPY. */
  isStreamed = false
  /** The checkout that it runs under: the same for all queries while somebody holds the connection. */
  checkout: Pick<Checkout, 'requestedAt'> | undefined = undefined
  /** The unit of work that its caller belongs to, which had ended before. */
  endedUnit: UnitOfWork | undefined = undefined
  /** The unit of work that had taken its connection, if it is neither this one nor around or inside it. */
  holder: UnitOfWork | undefined = undefined
  /** The transaction that was open on its connection when it started. */
  transaction: ObservedTransaction | undefined = undefined
  /** The SQLSTATE or the system's error code, `unknown` for other errors; undefined for success. */
  errorCode: string | undefined = undefined
  /** Of a failed query: the role of the server that refused it, if it said so. */
  serverRole: ServerRole | undefined = undefined
  /** The executions of the same statement in the same unit of work; undefined outside any, and beyond the limits. */
  group: QueryGroup | undefined = undefined
  /** All values as one hash; negative if they are unknown or one cannot be compared. */
  valuesHash = -1
  /** The first identifying value as a hash; 0 if there is none. */
  echoHash = 0
  /** The state of the statement's tables when the query started. */
  epoch = 0
  /** Kinds of findings that the code around the query ignores, with spaces between them, or `*`; mostly undefined. */
  ignoredFindings: string | undefined = undefined
  /** Its text has placeholders of an ORM in the place of values. */
  hidesValues = false
  /** How often these values were asked for in this state of the tables, this time included; 0 if unknown. */
  repetition = 0

  constructor(
    shape: QueryShape,
    target: DatabaseTarget,
    unit: UnitOfWork | undefined,
    callerContext: Context,
    callSites: CallSiteRequest | undefined,
    connectionId: number,
    startedAt: number,
  ) {
    this.shape = shape
    this.target = target
    this.unit = unit
    this.callerContext = callerContext
    this.callSites = callSites
    this.connectionId = connectionId
    this.startedAt = startedAt
    this.askedAt = startedAt
    this.statement = shape.sanitizedText
  }

  /** @param text the text of the query, as it was passed or as somebody's span has it. */
  fail(errorCode: string, text: string): void {
    this.errorCode = errorCode
    // Where the quotes of a text are not what they seem, more of it may be data.
    if (errorCode === syntaxError) this.statement = sanitizeFailClosed(text)
  }

  get isUnreadable(): boolean {
    return this.errorCode === syntaxError
  }
}
