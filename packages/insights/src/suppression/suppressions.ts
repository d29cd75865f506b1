import { diag } from '@opentelemetry/api'
import type { FindingDraft } from '../findings/finding.js'
import type { FindingSubject } from '../findings/finding-log.js'
import { includesKind } from './ignore-findings.js'
import type { Suppression, SuppressionStatus } from './suppression.js'
import { TextPattern } from './text-pattern.js'

const dayMillis = 86_400_000
const shownEntries = 5

/** What is not reported: by a statement's comment, by the code around a query, and by a file. */
export class Suppressions {
  readonly #entries: readonly Entry[]
  /** What was counted already: a detector may try again with the same executions. */
  readonly #counted: WeakMap<FindingSubject, string> = new WeakMap()
  #byComment = 0
  #byCode = 0

  /** Says which of them have expired, once. */
  constructor(suppressions: readonly Suppression[]) {
    this.#entries = suppressions.map((suppression) => new Entry(suppression))
    const expired = this.#entries.filter((entry) => entry.isExpired)
    if (expired.length > 0)
      diag.warn(`pgspan: suppressions have expired and hold no longer: ${listOf(expired)}`)
  }

  get byComment(): number {
    return this.#byComment
  }

  get byCode(): number {
    return this.#byCode
  }

  get byFile(): number {
    return this.#entries.reduce((sum, { matches }) => sum + matches, 0)
  }

  get entries(): readonly SuppressionStatus[] {
    return this.#entries.map(({ suppression, matches, isExpired }) => ({ suppression, matches, isExpired }))
  }

  /** True if the finding is not to be reported; counts that. */
  cover(id: string, draft: FindingDraft, subject: FindingSubject, unitName: string): boolean {
    const ignored = subject.shape?.ignoredFindings ?? []
    if (ignored.includes('*') || ignored.includes(draft.kind)) {
      if (this.#isNew(draft, subject)) this.#byComment++
      return true
    }
    if (includesKind(subject.ignoredFindings, draft.kind)) {
      if (this.#isNew(draft, subject)) this.#byCode++
      return true
    }
    const entry = this.#entries.find((each) => each.covers(id, draft, unitName))
    if (entry === undefined) return false
    if (this.#isNew(draft, subject)) entry.matches++
    return true
  }

  /** Says which entries of the file were of no use since the start; to be called at the end. */
  sayUnused(): void {
    const unused = this.#entries.filter((entry) => entry.matches === 0 && !entry.isExpired)
    if (unused.length > 0)
      diag.warn(`pgspan: suppressions that matched nothing since the start: ${listOf(unused)}`)
  }

  #isNew({ kind }: FindingDraft, subject: FindingSubject): boolean {
    if (this.#counted.get(subject) === kind) return false
    this.#counted.set(subject, kind)
    return true
  }
}

class Entry {
  readonly suppression: Suppression
  matches = 0
  readonly #unit: TextPattern | undefined
  readonly #statement: TextPattern | undefined
  readonly #endsAt: number

  constructor(suppression: Suppression) {
    const { unit, statement, expires } = suppression
    this.suppression = suppression
    this.#unit = unit === undefined ? undefined : new TextPattern(unit)
    this.#statement = statement === undefined ? undefined : new TextPattern(statement)
    this.#endsAt = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires) + dayMillis
  }

  get isExpired(): boolean {
    return Date.now() >= this.#endsAt
  }

  covers(findingId: string, draft: FindingDraft, unitName: string): boolean {
    const { id, kind } = this.suppression
    if (id !== undefined && id !== findingId) return false
    if (kind !== undefined && kind !== draft.kind) return false
    if (this.#unit?.matches(unitName) === false) return false
    return this.#statement?.matches(draft.statement) !== false && !this.isExpired
  }
}

function listOf(entries: readonly Entry[]): string {
  const shown = entries.slice(0, shownEntries).map(({ suppression }) => {
    const { reason, expires, ...pattern } = suppression
    const what = Object.entries(pattern).map(([name, value]) => `${name} ${value}`)
    return `${what.join(', ')}${expires === undefined ? '' : ` (until ${expires})`}`
  })
  const more = entries.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
