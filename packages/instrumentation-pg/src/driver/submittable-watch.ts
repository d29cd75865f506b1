import type { PgQueryExecution } from './pg-query-execution.js'
import { activeQueryOf, type PgClient, type PgWire } from './pg-shapes.js'
import { settle } from './settlement.js'

/**
 * Follows the callers' Submittables of one connection through the server's messages.
 *
 * Cursors, query streams, COPY and `pg.Query` have no callback that always runs, and adding listeners to them would
 * change what they do (an `error` listener hides a crash). The connection's messages tell everything: their
 * listeners stand before the client's own while at least one Submittable is in the client's queue, and the
 * caller's objects stay untouched.
 */
export class SubmittableWatch {
  readonly #client: PgClient
  readonly #wire: PgWire
  readonly #executions: PgQueryExecution[] = []
  readonly #onSettled: Map<PgQueryExecution, () => void> = new Map()
  readonly #onEnd: () => void
  readonly #listeners: readonly (readonly [string, (message: unknown) => void])[]
  #bareExecute: PgWire['execute']
  /** Of the running Submittable. */
  #progress: Progress = new Progress()

  constructor(client: PgClient, wire: PgWire, onEnd: () => void) {
    this.#client = client
    this.#wire = wire
    this.#onEnd = onEnd
    this.#listeners = [
      ['bindComplete', () => this.#bound()],
      ['rowDescription', () => this.#described()],
      ['noData', () => this.#described()],
      ['dataRow', () => this.#row()],
      ['portalSuspended', () => this.#suspended()],
      ['commandComplete', (message) => this.#completed(message)],
      ['errorMessage', (message) => this.#failed(message)],
      ['readyForQuery', () => this.#ready()],
      ['error', (error) => this.#lost(error)],
      ['end', () => this.#lost(undefined)],
    ]
    for (const [event, listener] of this.#listeners) wire.prependListener(event, listener)
    this.#observeExecute()
  }

  add(execution: PgQueryExecution): void {
    this.#executions.push(execution)
  }

  /** True if the driver gave up the running query without a message of the server: its `submit` returned an error. */
  settleDropped(): void {
    const execution = this.#running()
    if (execution === undefined || this.#client.readyForQuery !== true) return
    this.#settle(execution, new Error('The driver refused the query before it was sent'))
  }

  /** Runs `listener` once, when the execution is over. */
  onSettled(execution: PgQueryExecution, listener: () => void): void {
    this.#onSettled.set(execution, listener)
  }

  /** The driver goes on without an answer of the server: it never sent the query, or waited long enough. */
  settleGivenUp(execution: PgQueryExecution, error: unknown): void {
    if (this.#executions.includes(execution)) this.#settle(execution, error)
  }

  #running(): PgQueryExecution | undefined {
    const active = activeQueryOf(this.#client)
    if (!active) return undefined
    return this.#executions.find((execution) => execution.driverQuery === active)
  }

  /** A portal's rows are asked for by `execute`; the time before it is the consumer's. */
  #observeExecute(): void {
    const wire = this.#wire
    const bare = wire.execute
    // In pipeline mode there are no portals, and what is executed is not yet what is running.
    if (bare === undefined || this.#client.pipeline === true) return
    this.#bareExecute = bare
    const resumed = (): void => {
      const execution = this.#running()
      if (execution !== undefined) this.#progress.ask(execution)
    }
    wire.execute = function execute(...args: unknown[]): unknown {
      resumed()
      return bare.apply(this, args)
    }
  }

  #bound(): void {
    if (this.#running() !== undefined) this.#progress.isPortal = true
  }

  #described(): void {
    if (this.#running() !== undefined) this.#progress.pauseUnlessAsked()
  }

  #row(): void {
    const execution = this.#running()
    if (execution === undefined) return
    if (execution.firstRowAt === 0) execution.firstRowAt = performance.now()
    execution.rowCount = (execution.rowCount ?? 0) + 1
  }

  #suspended(): void {
    if (this.#running() !== undefined) this.#progress.pause()
  }

  #completed(message: unknown): void {
    const execution = this.#running()
    if (execution === undefined) return
    this.#progress.isComplete = true
    if (execution.rowCount === undefined) execution.rowCount = countOfTag(message)
  }

  #failed(message: unknown): void {
    const execution = this.#running()
    if (execution !== undefined) this.#settle(execution, message)
  }

  #ready(): void {
    const execution = this.#running()
    if (execution === undefined) return
    execution.abandoned = this.#progress.isPortal && !this.#progress.isComplete
    this.#settle(execution, undefined)
  }

  /** The connection is gone: whatever had not run to its end never will. */
  #lost(error: unknown): void {
    const isEndedByCaller = this.#client._ending === true && !error
    const running = this.#running()
    for (const execution of [...this.#executions]) {
      execution.abandoned = isEndedByCaller && execution === running && this.#progress.isPaused
      const reason =
        error ?? new Error(isEndedByCaller ? 'Connection terminated' : 'Connection terminated unexpectedly')
      this.#settle(execution, execution.abandoned ? undefined : reason)
    }
  }

  #settle(execution: PgQueryExecution, error: unknown): void {
    if (this.#running() === execution) {
      this.#progress.endPause(execution)
      execution.fetchRounds = Math.max(1, this.#progress.asked)
      this.#progress = new Progress()
    }
    this.#executions.splice(this.#executions.indexOf(execution), 1)
    this.#onSettled.get(execution)?.()
    this.#onSettled.delete(execution)
    settle(execution, error, undefined)
    if (this.#executions.length === 0) this.#stop()
  }

  #stop(): void {
    for (const [event, listener] of this.#listeners) this.#wire.removeListener(event, listener)
    // The method that the instance shadowed is the prototype's, unless somebody had replaced it before us.
    if (this.#bareExecute === Object.getPrototypeOf(this.#wire)?.execute) delete this.#wire.execute
    else if (this.#bareExecute !== undefined) this.#wire.execute = this.#bareExecute
    this.#onEnd()
  }
}

/** How far the running Submittable has come. */
class Progress {
  isPortal = false
  isComplete = false
  /** How often rows were asked for. */
  asked = 0
  #answered = 0
  #pausedAt = 0

  get isPaused(): boolean {
    return this.#pausedAt !== 0
  }

  pauseUnlessAsked(): void {
    if (this.isPortal && this.asked === this.#answered) this.#pausedAt = performance.now()
  }

  pause(): void {
    this.#answered++
    this.#pausedAt = performance.now()
  }

  ask(execution: PgQueryExecution): void {
    this.asked++
    this.endPause(execution)
  }

  endPause(execution: PgQueryExecution): void {
    if (this.#pausedAt === 0) return
    execution.consumerMillis += performance.now() - this.#pausedAt
    this.#pausedAt = 0
  }
}

/** The row count in a `CommandComplete` message's tag, such as `COPY 5` or `INSERT 0 3`. */
function countOfTag(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('text' in message)) return undefined
  const digits = typeof message.text === 'string' ? /\d+$/.exec(message.text) : undefined
  return digits ? Number(digits[0]) : undefined
}
