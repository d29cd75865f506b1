import type { UnitOfWork } from '@pgspan/lifecycle'
import type { DetectorsByEvent } from '../detectors/by-event.js'
import type { Reporter } from '../detectors/detector.js'
import { type ActivityKind, leastInterval } from './meanwhile.js'
import type { ObservedQuery } from './observed-query.js'
import type { ObservedTransaction } from './observed-transaction.js'
import { OpenTransactions } from './open-transactions.js'
import type { UnitActivity } from './unit-activity.js'

/** Follows transactions, and lets detectors judge each when it has ended. */
export class TransactionWatch {
  readonly #detectors: DetectorsByEvent
  readonly #reporter: Reporter
  readonly #activityOf: (unit: UnitOfWork) => UnitActivity | undefined
  readonly #open: OpenTransactions = new OpenTransactions()

  constructor(
    detectors: DetectorsByEvent,
    reporter: Reporter,
    activityOf: (unit: UnitOfWork) => UnitActivity | undefined,
  ) {
    this.#detectors = detectors
    this.#reporter = reporter
    this.#activityOf = activityOf
  }

  get isAnyOpen(): boolean {
    return this.#open.areThere
  }

  of(connectionId: number): ObservedTransaction | undefined {
    return this.#open.of(connectionId)
  }

  queryStarted(query: ObservedQuery): void {
    this.#open.enter(query)
  }

  querySettled(query: ObservedQuery): void {
    const ended = this.#open.follow(query)
    if (ended !== undefined) this.#judge(ended)
    const { startedAt, settledAt, connectionId, unit, shape } = query
    if (settledAt - startedAt < leastInterval) return
    this.ranBeside('query', shape.summary, unit, startedAt, settledAt, connectionId)
  }

  /** @param isClosed the connection is not used again: what was open on it is rolled back. */
  connectionReleased(connectionId: number, at: number, isClosed: boolean): void {
    if (isClosed) this.#open.forget(connectionId)
    const left = this.#open.release(connectionId, at)
    if (left !== undefined) this.#judge(left)
  }

  connectionClosed(connectionId: number): void {
    this.#open.forget(connectionId)
  }

  /**
   * Something ran in the unit of work that may explain why a transaction of it did not go on. Costs a comparison while
   * no transaction is open.
   *
   * @param connectionId where a query ran.
   */
  ranBeside(
    kind: ActivityKind,
    name: string,
    unit: UnitOfWork | undefined,
    from: number,
    to: number,
    connectionId: number = 0,
  ): void {
    if (unit === undefined || !this.isAnyOpen) return
    this.#open.note(kind, name, unit, connectionId, from, to)
  }

  close(): void {
    this.#open.close()
  }

  #judge(transaction: ObservedTransaction): void {
    const activity = transaction.unit && this.#activityOf(transaction.unit)
    for (const detector of this.#detectors.transactionEnded) {
      detector.transactionEnded?.(transaction, activity, this.#reporter)
    }
  }
}
