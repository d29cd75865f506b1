import type { QueryShape } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { unboundedSelectFix } from '../fixes/fix-text.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { RowHistory } from '../units/row-history.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, statementDraft } from './repetition.js'

/** Smaller results are not remembered. */
const leastRemembered = 50
/** What stays below is a list that fits, however it grows. */
const leastRows = 500
const warningRows = 10_000
const leastUnits = 30
const maximumStatements = 500

/**
 * A read without a limit whose result becomes larger and larger: its table grows, and one day it will be too large.
 *
 * Takes one sample per unit of work; speaks when there were never as many rows.
 */
export class UnboundedSelect implements Detector {
  readonly kind = 'unbounded_select'
  readonly unusualRows: number = leastRemembered
  readonly #histories: Map<string, RowHistory> = new Map()

  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { rowCount, shape } = query
    if (rowCount === undefined || rowCount < leastRemembered || activity === undefined) return
    if (query.group?.timing.settled !== 1 || query.isStreamed || !isUnbounded(shape)) return
    const history = this.#historyOf(shape.fingerprint)
    if (!history.add(rowCount) || rowCount < leastRows || history.count < leastUnits) return
    if (!history.grows) return
    reporter.askCallSite(query, (callSite) => {
      reporter.open({ ...draftOf(query, rowCount, history), callSite }, query)?.settle()
    })
  }

  #historyOf(fingerprint: string): RowHistory {
    const known = this.#histories.get(fingerprint)
    if (known !== undefined) return known
    if (this.#histories.size >= maximumStatements) {
      for (const oldest of this.#histories.keys()) {
        this.#histories.delete(oldest)
        break
      }
    }
    const history = new RowHistory()
    this.#histories.set(fingerprint, history)
    return history
  }
}

/** A list that the caller gives is a bound as well. */
function isUnbounded({ kind, hasLimit, slots }: QueryShape): boolean {
  return kind === 'read' && !hasLimit && !slots.some(({ role }) => role === 'in' || role === 'any')
}

function draftOf(query: ObservedQuery, rows: number, history: RowHistory): Omit<FindingDraft, 'callSite'> {
  const { firstRows, count } = history
  return {
    kind: 'unbounded_select',
    severity: rows >= warningRows ? 'warning' : 'info',
    title: `${nameOf(query.shape)} has no limit and grows: ${rows} rows, ${firstRows} at first`,
    evidence: { count: 1, rows, firstRows, units: count },
    ...statementDraft(query),
    fix: unboundedSelectFix,
  }
}
