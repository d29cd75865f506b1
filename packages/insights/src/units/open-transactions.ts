import { type LoopStallSampler, processState, transactionSteps, type UnitOfWork } from '@pgspan/lifecycle'
import type { ActivityKind } from './meanwhile.js'
import type { ObservedQuery } from './observed-query.js'
import { ObservedTransaction } from './observed-transaction.js'

/** The oldest ones make room for others: nobody ends them any more. */
const maximumOpen = 1_000

/**
 * The transactions that are open, by connection, as statements begin and end them.
 *
 * Costs a comparison per query while none is open. While one is, the event loop is watched.
 */
export class OpenTransactions {
  readonly #open: Map<number, ObservedTransaction> = new Map()
  readonly #stalls: LoopStallSampler = processState().loopStalls

  get areThere(): boolean {
    return this.#open.size > 0
  }

  of(connectionId: number): ObservedTransaction | undefined {
    return this.#open.size === 0 ? undefined : this.#open.get(connectionId)
  }

  /** Takes a query before it runs. */
  enter(query: ObservedQuery): void {
    const open = this.of(query.connectionId)
    if (open === undefined) return
    query.transaction = open
    open.running++
  }

  /** Takes a query that has settled. Returns the transaction that it has ended, or that nobody can end any more. */
  follow(query: ObservedQuery): ObservedTransaction | undefined {
    const open = this.of(query.connectionId)
    if (open !== undefined && query.transaction === open) open.running--
    const ended = this.#followSteps(query, open)
    return ended === undefined && open?.isReleased === true ? this.#leave(open, query.settledAt) : ended
  }

  #followSteps(query: ObservedQuery, open: ObservedTransaction | undefined): ObservedTransaction | undefined {
    const { shape, connectionId } = query
    if (shape.kind !== 'transaction' && !shape.isMultiStatement) {
      open?.add(query, false)
      return undefined
    }
    return connectionId === 0 ? undefined : this.#control(query, open)
  }

  /**
   * The connection was given back. Returns the transaction that is open on it, unless a query still runs, which may
   * end it.
   */
  release(connectionId: number, at: number): ObservedTransaction | undefined {
    const open = this.of(connectionId)
    if (open === undefined) return undefined
    open.isReleased = true
    return this.#leave(open, at)
  }

  /** The connection is gone, and with it what was open on it. */
  forget(connectionId: number): void {
    const open = this.of(connectionId)
    if (open !== undefined) this.#drop(open)
  }

  /** Something of the unit of work has ended that ran beside its transactions. */
  note(
    kind: ActivityKind,
    name: string,
    unit: UnitOfWork,
    besideConnection: number,
    from: number,
    to: number,
  ): void {
    for (const transaction of this.#open.values()) {
      if (transaction.unit !== unit || transaction.connectionId === besideConnection) continue
      transaction.meanwhile.note(kind, name, from, to)
    }
  }

  close(): void {
    for (const transaction of this.#open.values()) this.#drop(transaction)
  }

  #leave(open: ObservedTransaction, at: number): ObservedTransaction | undefined {
    if (open.running > 0 || this.of(open.connectionId) !== open) return undefined
    this.#drop(open)
    open.finish('left_open', at)
    return open
  }

  #control(query: ObservedQuery, open: ObservedTransaction | undefined): ObservedTransaction | undefined {
    const steps = transactionSteps(query.shape)
    open?.add(query, steps.length > 0)
    let current = open
    for (const { control, chains } of steps) {
      if (control === 'begin') current ??= this.#begun(query, query.startedAt + query.queueMillis)
      else {
        if (current !== undefined && current === open) this.#finish(open, query, control === 'rollback')
        current = chains && query.errorCode === undefined ? this.#begun(query, query.settledAt) : undefined
      }
    }
    if (current === open) return undefined
    if (open !== undefined) this.#drop(open)
    if (current !== undefined) this.#add(current)
    return open
  }

  #add(transaction: ObservedTransaction): void {
    if (this.#open.size >= maximumOpen) {
      const [oldest] = this.#open.values()
      if (oldest !== undefined) this.#drop(oldest)
    }
    this.#open.set(transaction.connectionId, transaction)
    this.#stalls.begin()
  }

  #begun(query: ObservedQuery, at: number): ObservedTransaction | undefined {
    if (query.errorCode !== undefined) return undefined
    return new ObservedTransaction(query, at, (from, to) => this.#stalls.blockedBetween(from, to))
  }

  #finish(transaction: ObservedTransaction, query: ObservedQuery, isRollback: boolean): void {
    transaction.last = query
    transaction.finish(
      isRollback || query.errorCode !== undefined ? 'rolled_back' : 'committed',
      query.settledAt,
    )
  }

  #drop(transaction: ObservedTransaction): void {
    if (this.#open.delete(transaction.connectionId)) this.#stalls.end()
  }
}
