import { type Attributes, type Context, diag, trace } from '@opentelemetry/api'
import { errorTypeOf, events, attributes as names, sqlStateOf, targetAttributes } from '@pgspan/conventions'
import type { Checkout, ConnectionOpening, LoggerLike, Observer, QueryExecution } from '@pgspan/lifecycle'
import { conditionOf, errorAttributes } from './error-attributes.js'
import { exceptionStack } from './exception-stack.js'

const eventName = events.operationExceptionEvent
/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const warning = { severityNumber: 13, severityText: 'WARN' } as const

/**
 * Emits the log event `db.client.operation.exception` for every query, wait for a connection and opening of one that
 * failed: in the query's trace, also where that is not sampled.
 *
 * Its message is the condition's name, its stack is without the server's text, as {@link errorAttributes} are.
 * Without a logger that takes it, it costs one question per error; with one, some 35 µs for an error of ten frames.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-exceptions
 */
export class ExceptionEvents implements Observer {
  readonly name = 'exception-events'
  readonly #logger: () => LoggerLike | undefined
  #hasReported = false

  constructor(logger: () => LoggerLike | undefined) {
    this.#logger = logger
  }

  querySettled(query: QueryExecution): void {
    const { error, span, callerContext, connection, shape } = query
    if (error === undefined) return
    const context = span === undefined ? callerContext : trace.setSpan(callerContext, span)
    this.#emit(error, context, {
      ...targetAttributes(connection.target),
      ...(shape.summary !== '' && { [names.dbQuerySummary]: shape.summary }),
    })
  }

  checkoutSettled(checkout: Checkout): void {
    const { error, callerContext, pool, failedAt } = checkout
    if (failedAt === 0) return
    this.#emit(error, callerContext, {
      ...targetAttributes(pool.target),
      [names.dbClientConnectionPoolName]: pool.name,
    })
  }

  /** An opening for a pool fails together with the checkout that it was for. */
  connectionSettled(opening: ConnectionOpening): void {
    const { error, callerContext, connection, pool } = opening
    if (error === undefined || pool !== undefined) return
    this.#emit(error, callerContext, targetAttributes(connection.target))
  }

  #emit(error: unknown, context: Context, target: Attributes): void {
    const logger = this.#logger()
    if (logger === undefined) return
    if (logger.enabled?.({ context, severityNumber: warning.severityNumber, eventName }) === false) return
    const timestamp = Date.now()
    const attributes = { ...target, ...errorAttributes(error), ...exceptionAttributes(error) }
    const writeStack = stackWriter(error, attributes)
    afterDriver(() => {
      try {
        writeStack()
        logger.emit({ eventName, ...warning, timestamp, attributes, context })
      } catch (thrown) {
        this.#report(thrown)
      }
    })
  }

  #report(error: unknown): void {
    if (this.#hasReported) return
    this.#hasReported = true
    diag.error('pgspan: an exception event was not emitted; further ones may be missing, too', error)
  }
}

function exceptionAttributes(error: unknown): Attributes {
  return {
    // The driver's class for a server's error says "error" of itself.
    [names.exceptionType]: sqlStateOf(error) === undefined ? classOf(error) : 'DatabaseError',
    [names.exceptionMessage]: conditionOf(error) ?? errorTypeOf(error),
  }
}

function classOf(error: unknown): string {
  return error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error'
}

/** The error's text is read now, before anybody can change it. */
function stackWriter(error: unknown, attributes: Attributes): () => void {
  if (!(error instanceof Error)) return () => {}
  // Without a message, a stack begins with the name.
  const text = error.message || error.name
  const firstLine = `${attributes[names.exceptionType]}: ${attributes[names.exceptionMessage]}`
  return () => {
    const stack = exceptionStack(error.stack, text, firstLine)
    if (stack !== undefined) attributes[names.exceptionStacktrace] = stack
  }
}

/**
 * The driver takes the stack that leads to the caller in the reaction to the promise that it rejects: one turn of
 * the microtask queue after settlement, and one before the caller sees the error.
 */
function afterDriver(action: () => void): void {
  queueMicrotask(() => queueMicrotask(action))
}
