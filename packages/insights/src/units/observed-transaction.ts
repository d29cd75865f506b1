import type { Context } from '@opentelemetry/api'
import type { CallSite, DatabaseTarget, UnitOfWork } from '@pgspan/lifecycle'
import { type Explanation, Meanwhile } from './meanwhile.js'
import type { ObservedQuery } from './observed-query.js'

/** `left_open`: its connection was given back without it being ended. */
export type TransactionEnd = 'committed' | 'rolled_back' | 'left_open'

/** The longest time in which the server waited for the transaction's next statement. */
export interface TransactionPause {
  readonly from: number
  readonly to: number
  /** Milliseconds of it in which the event loop was blocked. */
  readonly stallMillis: number
}

/** A transaction as detectors see it, from the query that began it. Times are milliseconds on the monotonic clock. */
export class ObservedTransaction {
  /** Undefined outside any. */
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  readonly target: DatabaseTarget
  readonly connectionId: number
  readonly startedAt: number
  endedAt = 0
  end: TransactionEnd | undefined = undefined
  /** The first statement that is no `BEGIN` or the like. */
  first: ObservedQuery | undefined = undefined
  /** Who makes it, if anybody asked while it ran. */
  callSite: CallSite | undefined = undefined
  /** The query that ended it; undefined if none did. */
  last: ObservedQuery | undefined = undefined
  statements = 0
  writes = 0
  /** Queries of its connection that have not settled. */
  running = 0
  /** Its connection was given back while a query ran. */
  isReleased = false
  /** It locks rows or takes settings: it is what it is on purpose. */
  isDeliberate = false
  executionMillis: number
  pausedMillis = 0
  pause: TransactionPause | undefined = undefined
  readonly meanwhile: Meanwhile = new Meanwhile()
  readonly #stallBetween: (from: number, to: number) => number
  #quietSince: number
  #hasFailed = false
  #ignored: string

  /** @param begin the query that began it, settled. */
  constructor(begin: ObservedQuery, startedAt: number, stallBetween: (from: number, to: number) => number) {
    this.unit = begin.unit
    this.callerContext = begin.callerContext
    this.target = begin.target
    this.#ignored = ignoredBy(begin)
    this.connectionId = begin.connectionId
    this.startedAt = startedAt
    this.executionMillis = begin.executionMillis ?? 0
    this.#quietSince = begin.settledAt
    this.#stallBetween = stallBetween
  }

  /** What the code around it ignores, and what comments in its statements do. */
  get ignoredFindings(): string | undefined {
    return this.#ignored === '' ? undefined : this.#ignored
  }

  get durationMillis(): number {
    return this.endedAt - this.startedAt
  }

  /** What ran in the longest pause; undefined if nobody knows. */
  get pauseExplanation(): Explanation | undefined {
    return this.pause && this.meanwhile.explain(this.pause.from, this.pause.to)
  }

  /** Takes a query of its connection that has settled. */
  add(query: ObservedQuery, isControl: boolean): void {
    this.#rest(query.startedAt)
    this.#quietSince = Math.max(this.#quietSince, query.settledAt)
    this.executionMillis += query.executionMillis ?? 0
    if (isControl) return
    // Whatever succeeds shows that the transaction has not failed, or was taken back to a savepoint.
    this.#hasFailed = query.errorCode !== undefined
    if (query.shape.ignoredFindings.length > 0) this.#ignored = `${this.#ignored} ${ignoredBy(query)}`.trim()
    const { kind, locks, isVolatile } = query.shape
    this.first ??= query
    this.statements++
    if (kind === 'write') this.writes++
    if (locks || (isVolatile && kind === 'read')) this.isDeliberate = true
    else if (kind === 'session' || kind === 'lock' || kind === 'cursor') this.isDeliberate = true
  }

  finish(end: TransactionEnd, at: number): void {
    this.#rest(at)
    // The server answers the commit of a failed transaction with a rollback.
    this.end = end === 'committed' && this.#hasFailed ? 'rolled_back' : end
    this.endedAt = at
  }

  #rest(until: number): void {
    const from = this.#quietSince
    const millis = until - from
    if (millis <= 0) return
    this.pausedMillis += millis
    if (this.pause !== undefined && millis <= this.pause.to - this.pause.from) return
    this.pause = { from, to: until, stallMillis: this.#stallBetween(from, until) }
  }
}

function ignoredBy({ ignoredFindings = '', shape }: ObservedQuery): string {
  return [ignoredFindings, ...shape.ignoredFindings].join(' ').trim()
}
