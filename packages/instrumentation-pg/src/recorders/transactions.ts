import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { attributes as names, sqlStateOf } from '@pgspan/conventions'
import {
  type Connection,
  type Observer,
  type QueryExecution,
  type QueryResultView,
  type TransactionControl,
  transactionSteps,
} from '@pgspan/lifecycle'
import type { SpanOf } from './span-of.js'

/** How a transaction ended. */
type Outcome = 'committed' | 'rolled_back' | 'commit_rolled_back' | 'commit_failed' | 'prepared' | 'unknown'

interface OpenTransaction {
  /** Milliseconds on the monotonic clock. */
  readonly startedAt: number
  statements: number
  /** Milliseconds that the server worked for it. */
  executionMillis: number
}

/**
 * Tells on the span of the statement that ends a transaction how long it was open, how many statements it had, how
 * long the server waited for the next one, and how it ended.
 *
 * A `COMMIT` that the server answers with `ROLLBACK`, because a statement before had failed, succeeds for the driver:
 * its span has the status of an error, with `error.type` `commit_rolled_back`.
 *
 * @see https://www.postgresql.org/docs/current/sql-commit.html
 */
export class Transactions implements Observer {
  readonly name = 'transactions'
  readonly #spanOf: SpanOf
  readonly #open: WeakMap<Connection, OpenTransaction> = new WeakMap()

  constructor(spanOf: SpanOf) {
    this.#spanOf = spanOf
  }

  querySettled(query: QueryExecution, result: QueryResultView | undefined): void {
    const transaction = this.#open.get(query.connection)
    if (transaction !== undefined) transaction.executionMillis += query.executionMillis
    const steps = transactionSteps(query.shape)
    if (steps.length === 0) {
      if (transaction !== undefined) transaction.statements++
      return
    }
    let current = transaction
    for (const { control, chains } of steps) {
      if (control === 'begin') {
        current ??= this.#begun(query)
        continue
      }
      if (current !== undefined && current === transaction)
        describe(this.#spanOf(query), query.settledAt, current, outcomeOf(control, query, result))
      current = chains && query.error === undefined ? begunAt(query.settledAt) : undefined
    }
    if (current === undefined) this.#open.delete(query.connection)
    else this.#open.set(query.connection, current)
  }

  #begun(query: QueryExecution): OpenTransaction | undefined {
    if (query.error !== undefined) return undefined
    const transaction = begunAt(query.sentAt || query.startedAt)
    transaction.executionMillis = query.executionMillis
    return transaction
  }
}

function begunAt(startedAt: number): OpenTransaction {
  return { startedAt, statements: 0, executionMillis: 0 }
}

function describe(
  span: Span | undefined,
  settledAt: number,
  transaction: OpenTransaction,
  outcome: Outcome,
): void {
  if (!span?.isRecording()) return
  const durationMillis = settledAt - transaction.startedAt
  const idleMillis = Math.max(0, durationMillis - transaction.executionMillis)
  span.setAttribute(names.pgspanTransactionDuration, durationMillis / 1000)
  span.setAttribute(names.pgspanTransactionIdleTime, idleMillis / 1000)
  span.setAttribute(names.pgspanTransactionStatements, transaction.statements)
  span.setAttribute(names.pgspanTransactionOutcome, outcome)
  if (outcome === 'commit_rolled_back') markAsError(span, outcome)
}

function markAsError(span: Span, type: string): void {
  span.setAttribute(names.errorType, type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function outcomeOf(
  control: TransactionControl,
  { error, shape }: QueryExecution,
  result: QueryResultView | undefined,
): Outcome {
  // Whatever became of the statement, the server does not keep the transaction.
  if (control === 'rollback') return 'rolled_back'
  // Without the server's answer nobody knows whether it came to commit.
  if (error !== undefined) return sqlStateOf(error) === undefined ? 'unknown' : 'commit_failed'
  if (shape.isMultiStatement) return 'unknown'
  switch (commandOf(result)) {
    case 'COMMIT':
      return 'committed'
    case 'PREPARE':
      return 'prepared'
    case 'ROLLBACK':
      return 'commit_rolled_back'
    default:
      return 'unknown'
  }
}

/** The command that the server says it has run; a source hands over the driver's own result, which has it. */
function commandOf(result: QueryResultView | undefined): unknown {
  return (result as { command?: unknown } | undefined)?.command
}
