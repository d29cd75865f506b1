import type { QueryShape } from '@pgspan/lifecycle'
import type { FindingDraft } from '../findings/finding.js'
import { zeroRowFix } from '../fixes/fix-text.js'
import { isIdentity } from '../provenance/slot-values.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'
import { nameOf, nextCheckAfter, statementDraft } from './repetition.js'

/** Different rows that were meant, and not found. */
const leastKeys = 3
const maximumStatements = 500
/** Columns that are compared in order to find out whether somebody else was faster. */
const versionColumn = /version$|^(?:rev|revision|etag|xmin|state|status|updated_at|modified_at)$/

/** What a statement has done since it last changed a row. */
interface Suspect {
  count: number
  /** Hashes of the values that it looked for; at most {@link leastKeys}. */
  readonly keys: Set<number>
  readonly tables: readonly string[]
  readonly unitName: string | undefined
  /** The number of executions at which it is said. */
  nextCheck: number
  /** A row was inserted instead: it was an attempt. */
  isAttempt: boolean
}

/**
 * An UPDATE or DELETE of single rows that changed nothing, for three different rows in a row: its condition never holds.
 *
 * None are conditional changes, which expect to change nothing now and then: those that compare a version, a state, or
 * what they set; cleaning up by ranges; and attempts that an INSERT follows.
 */
export class ZeroRowWrite implements Detector {
  readonly kind = 'zero_row_write'
  readonly #suspects: Map<string, Suspect> = new Map()
  readonly #candidates: WeakMap<QueryShape, boolean> = new WeakMap()

  writeSettled(query: ObservedQuery, _activity: UnitActivity | undefined, reporter: Reporter): void {
    const { shape, rowCount } = query
    if (rowCount === undefined || query.errorCode !== undefined) return
    // Somebody's span tells how many rows came back, and not how many were changed.
    if (query.callSites === undefined) return
    if (rowCount > 0) {
      if (this.#suspects.size > 0) this.#clear(query)
      return
    }
    if (!this.#isCandidate(shape)) return
    const suspect = this.#suspectOf(query)
    suspect.count++
    if (query.echoHash > 0 && suspect.keys.size < leastKeys) suspect.keys.add(query.echoHash)
    if (suspect.keys.size < leastKeys || suspect.isAttempt || suspect.count < suspect.nextCheck) return
    suspect.nextCheck = nextCheckAfter(suspect.count)
    reporter.askRepeatedCallSite(query, (callSite) => {
      reporter.open({ ...draftOf(query, suspect.count), callSite }, query)?.settle()
    })
  }

  #suspectOf({ shape, unit }: ObservedQuery): Suspect {
    const known = this.#suspects.get(shape.fingerprint)
    if (known !== undefined) return known
    if (this.#suspects.size >= maximumStatements) this.#suspects.clear()
    const suspect = {
      count: 0,
      nextCheck: 0,
      keys: new Set<number>(),
      tables: shape.tables,
      unitName: unit?.name,
      isAttempt: false,
    }
    this.#suspects.set(shape.fingerprint, suspect)
    return suspect
  }

  /** A row was changed, or inserted because there was none to change. */
  #clear({ shape, unit }: ObservedQuery): void {
    if (this.#suspects.delete(shape.fingerprint) || !/^\s*insert\b/i.test(shape.sanitizedText)) return
    for (const suspect of this.#suspects.values()) {
      if (suspect.unitName === unit?.name && shape.tables[0] === suspect.tables[0]) suspect.isAttempt = true
    }
  }

  #isCandidate(shape: QueryShape): boolean {
    let isCandidate = this.#candidates.get(shape)
    if (isCandidate === undefined) {
      isCandidate = changesSingleRows(shape)
      this.#candidates.set(shape, isCandidate)
    }
    return isCandidate
  }
}

function changesSingleRows({ sanitizedText, slots, locks, isMultiStatement }: QueryShape): boolean {
  if (locks || isMultiStatement || !/^\s*(?:update|delete)\b/i.test(sanitizedText)) return false
  if (/\bwhere\b[\s\S]*\b(?:exists|null)\b/i.test(sanitizedText)) return false
  const compared = slots.filter(({ role }) => isIdentity(role) || role === 'range' || role === 'like')
  const set = slots.filter(({ role }) => role === 'set').map(({ column }) => column)
  if (!compared.some(({ role }) => isIdentity(role))) return false
  return compared.every(({ role, column }) => {
    return isIdentity(role) && !set.includes(column) && !versionColumn.test(column ?? '')
  })
}

function draftOf(query: ObservedQuery, count: number): Omit<FindingDraft, 'callSite'> {
  return {
    kind: 'zero_row_write',
    severity: 'info',
    title: `${nameOf(query.shape)} changed no row, ${count} times in a row for different values`,
    evidence: { count },
    ...statementDraft(query),
    fix: zeroRowFix,
  }
}
