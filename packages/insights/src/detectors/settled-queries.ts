import type { ObservedQuery } from '../units/observed-query.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'

/** Most statements run once in their unit of work. */
function isRepeated({ group }: ObservedQuery): boolean {
  return group !== undefined && group.timing.started > 1
}

/** A query that takes less, and returns fewer rows, than any detector asks for, is an ordinary one. */
const never = Number.POSITIVE_INFINITY

/**
 * Hands a settled query to the detectors that it may concern, and an ordinary one to as few as possible: each that is
 * asked in vain costs some 15 ns.
 */
export class SettledQueries {
  readonly #ofReads: readonly Detector[]
  readonly #ofWrites: readonly Detector[]
  readonly #ofFailures: readonly Detector[]
  readonly #inTransactions: readonly Detector[]
  readonly #ofUnusual: readonly Detector[]
  readonly #leastMillis: number
  readonly #leastRows: number

  constructor(detectors: readonly Detector[]) {
    this.#ofReads = detectors.filter(({ readSettled }) => readSettled)
    this.#ofWrites = detectors.filter(({ writeSettled }) => writeSettled)
    this.#ofFailures = detectors.filter(({ failureSettled }) => failureSettled)
    this.#inTransactions = detectors.filter(({ settledInTransaction }) => settledInTransaction)
    this.#ofUnusual = detectors.filter(({ unusualSettled }) => unusualSettled)
    this.#leastMillis = Math.min(...detectors.map(({ unusualMillis }) => unusualMillis ?? never))
    this.#leastRows = Math.min(...detectors.map(({ unusualRows }) => unusualRows ?? never))
  }

  handOut(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { kind } = query.shape
    if (activity !== undefined && kind === 'read' && isRepeated(query)) {
      for (const detector of this.#ofReads) detector.readSettled?.(query, activity, reporter)
    }
    if (kind === 'write') {
      for (const detector of this.#ofWrites) detector.writeSettled?.(query, activity, reporter)
    }
    if (query.errorCode !== undefined) {
      for (const detector of this.#ofFailures) detector.failureSettled?.(query, reporter)
    }
    if (query.transaction !== undefined) {
      for (const detector of this.#inTransactions) detector.settledInTransaction?.(query, reporter)
    }
    if (this.#isUnusual(query)) {
      for (const detector of this.#ofUnusual) detector.unusualSettled?.(query, activity, reporter)
    }
  }

  #isUnusual(query: ObservedQuery): boolean {
    if (query.settledAt - query.startedAt >= this.#leastMillis) return true
    if (query.poolWaitMillis >= this.#leastMillis || (query.rowCount ?? 0) >= this.#leastRows) return true
    return query.endedUnit !== undefined || query.holder !== undefined
  }
}
