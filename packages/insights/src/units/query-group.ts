import type { Context } from '@opentelemetry/api'
import type { DatabaseTarget, QueryResultView, QueryShape, UnitOfWork } from '@pgspan/lifecycle'
import { CallSiteSample } from '../call-sites/call-site-sample.js'
import type { Sighting } from '../findings/finding.js'
import { isCovered } from '../provenance/provenance.js'
import { ReturnedRow } from '../provenance/returned-row.js'
import type { SlotValues } from '../provenance/slot-values.js'
import { hashValue } from '../provenance/value-hash.js'
import { ValueVariation } from '../provenance/value-variation.js'
import { ExecutionTiming } from './execution-timing.js'
import type { ObservedQuery } from './observed-query.js'
import type { ObservedTransaction } from './observed-transaction.js'
import type { UnitActivity } from './unit-activity.js'

const wantedShare = 0.8
const maximumPageColumns = 16
const nothing: readonly number[] = []

/** The executions of one statement on one database in one unit of work, and how they relate. */
export class QueryGroup {
  readonly shape: QueryShape
  /** As it may be shown. */
  statement: string
  readonly target: DatabaseTarget
  readonly unit: UnitOfWork
  /** As {@link ObservedQuery.ignoredFindings}, of all executions. */
  readonly ignoredFindings: string | undefined
  /** Of the first execution. */
  readonly callerContext: Context
  /** Rows, timing and call sites are known: the statement was seen in the driver, not in somebody's spans. */
  readonly isFull: boolean
  /** Counts up in the unit of work. */
  readonly ordinal: number
  readonly timing: ExecutionTiming = new ExecutionTiming()
  /** Undefined as long as no values are known. */
  variation: ValueVariation | undefined = undefined
  /** Executions whose values nobody handed over. */
  unknownRuns = 0
  /** What was found of it. A group yields one finding. */
  sighting: Sighting | undefined = undefined
  /** Executions that returned or changed more than one row. */
  manyRowRuns = 0
  /** Executions that used an identifier that another had just written, or whose identifier another used. */
  chainedRuns = 0
  /** The number of executions at which detectors look at the group again. */
  nextCheck = 0
  /** The number of executions at which they last looked at it because it rested. */
  restedAt = 0
  // Made when it is looked at: most statements run once.
  #callSites: CallSiteSample | undefined = undefined
  /** What the latest execution of a repeated write was given, as hashes. */
  #written: readonly number[] = nothing
  #lastSequence = 0
  #quietBefore = 0
  #afterWrites = 0
  #afterDefinitions = 0
  #afterPauses = 0
  #lastTransaction: ObservedTransaction | undefined = undefined
  #ownTransactions = 0
  #lastBody = 0
  #bodies = 0
  #alikeBodies = 0
  #emptyRuns = 0
  #isLastEmpty = false

  constructor(first: ObservedQuery, unit: UnitOfWork, ordinal: number) {
    this.shape = first.shape
    this.statement = first.statement
    this.target = first.target
    this.unit = unit
    this.ignoredFindings = first.ignoredFindings
    this.callerContext = first.callerContext
    this.isFull = first.callSites !== undefined
    this.ordinal = ordinal
  }

  /** Who made its executions, as far as anybody asked. */
  get callSites(): CallSiteSample {
    this.#callSites ??= new CallSiteSample()
    return this.#callSites
  }

  start(query: ObservedQuery, values: SlotValues, activity: UnitActivity, sequence: number): void {
    const quietMillis = activity.quietMillis - this.#quietBefore
    const isAlone = sequence === this.#lastSequence + 1
    if (this.timing.started > 0) this.#relateToLast(activity, sequence, quietMillis)
    const { transaction } = query
    if (transaction !== undefined && transaction !== this.#lastTransaction) this.#ownTransactions++
    this.#lastTransaction = transaction
    this.#lastSequence = sequence
    this.#quietBefore = activity.quietMillis
    this.timing.start(query.startedAt, query.askedAt, isAlone ? undefined : quietMillis)
    if (this.shape.kind === 'write' && this.timing.started > 1) this.#written = values.copy()
    if (!values.isKnown) this.unknownRuns++
    else if (this.variation === undefined) this.variation = new ValueVariation(this.shape, values)
    else this.variation.add(values, activity.sources.all)
  }

  settle(query: ObservedQuery, result: QueryResultView | undefined): void {
    const isFailure = query.errorCode !== undefined
    this.timing.settle(query.startedAt, query.settledAt, isFailure)
    if (query.isUnreadable) this.statement = query.statement
    if (isFailure) return
    if (query.rowCount !== undefined && query.rowCount > 1) this.manyRowRuns++
    this.#isLastEmpty = query.rowCount === 0
    if (this.#isLastEmpty) this.#emptyRuns++
    if (this.variation === undefined) return
    query.repetition = this.variation.countRepeat(query.valuesHash, query.epoch)
    if (this.variation.mayPage) this.variation.endPage(hashesOfLastRow(result), result?.rows.length ?? 0)
  }

  /** The row that this execution of a repeated write has returned, if others may need it. */
  returnedRow(result: QueryResultView): ReturnedRow | undefined {
    return this.timing.started < 2 ? undefined : ReturnedRow.of(result, this.#written, this)
  }

  /** An execution at `at` begins something new, rather than going on with this. */
  isOver(at: number): boolean {
    if (this.timing.isOver(at)) return true
    return this.timing.mayBeOver(at) && !this.variation?.probes.some(isCovered)
  }

  /** Most executions had a transaction of their own: they are apart on purpose. */
  get isTransactionPerItem(): boolean {
    return this.#ownTransactions > 1 && this.#ownTransactions >= this.timing.started * wantedShare
  }

  /** Between most executions their tables were written to: each must see what the one before led to. */
  get isReadModifyWrite(): boolean {
    return this.#isMost(this.#afterWrites)
  }

  /** Between most executions something was defined: a migration notes how far it came. */
  get isBetweenDefinitions(): boolean {
    return this.#isMost(this.#afterDefinitions)
  }

  /** Before most executions something else was awaited: a call to another service, or time that must pass. */
  get isPaced(): boolean {
    return this.#isMost(this.#afterPauses)
  }

  /** The same statements, or none, ran between the executions: what the body of a loop looks like. */
  get isRegular(): boolean {
    return this.#alikeBodies >= this.#bodies * 0.6
  }

  /** Only the last execution found nothing, or something: a free name was looked for, or the first match. */
  get isSearch(): boolean {
    return this.#isLastEmpty ? this.#emptyRuns === 1 : this.#emptyRuns === this.timing.settled - 1
  }

  #isMost(executions: number): boolean {
    return executions > 0 && executions >= (this.timing.started - 1) * wantedShare
  }

  #relateToLast(activity: UnitActivity, sequence: number, quietMillis: number): void {
    const { changes } = activity
    if (changes.lastWriteTo(this.shape.tables) > this.#lastSequence) this.#afterWrites++
    if (changes.lastDefinition > this.#lastSequence) this.#afterDefinitions++
    if (quietMillis > 0) this.#afterPauses++
    if (this.timing.started > 8) return
    const body = activity.statementsBetween(this.#lastSequence, sequence)
    if (this.timing.started > 1) {
      this.#bodies++
      if (body === this.#lastBody) this.#alikeBodies++
    }
    this.#lastBody = body
  }
}

function hashesOfLastRow(result: QueryResultView | undefined): readonly number[] {
  const row = result?.rows.at(-1)
  if (typeof row !== 'object' || row === null) return []
  return Object.values(row).slice(0, maximumPageColumns).map(hashValue)
}
