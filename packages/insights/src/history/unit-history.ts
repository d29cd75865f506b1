import type { UnitOfWork } from '@pgspan/lifecycle'
import type { FindingSink, SightedFinding } from '../findings/finding-sink.js'
import { Listeners } from '../listeners.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { UnitActivity } from '../units/unit-activity.js'
import { KeptQueries, type KeptRun } from './kept-queries.js'
import type { RecentUnit, RecentUnitDetails } from './recent-unit.js'
import { UnitTimeline } from './unit-timeline.js'

/** What the history may take, its query texts included; the oldest units make room. */
export const maximumHistoryBytes = 8_000_000
const bytesPerUnit = 600
const maximumFindings = 32
const maximumSpares = 32
const noFindings: readonly string[] = []

/** A unit of work that has ended. Not the unit itself, which may hold a span; its figures are made when asked for. */
interface EndedUnit
  extends KeptRun,
    Pick<UnitOfWork, 'kind' | 'name' | 'statusCode' | 'traceId' | 'startedAt' | 'endedAt'>,
    Pick<RecentUnit, 'number' | 'findings' | 'queries' | 'failedQueries' | 'rows'> {
  readonly databaseMillis: number
  readonly waitMillis: number
}

/** The latest units of work that have ended, with their queries: so many, and not more than 8 MB. */
export class UnitHistory implements FindingSink {
  readonly name = 'unit-history'
  readonly #size: number
  /** The oldest first, from {@link #dropped} on. */
  #units: (EndedUnit | undefined)[] = []
  #dropped = 0
  readonly #queries: KeptQueries = new KeptQueries()
  readonly #spares: UnitTimeline[] = []
  readonly #found: WeakMap<UnitOfWork, string[]> = new WeakMap()
  readonly #listeners: Listeners<RecentUnit> = new Listeners('a listener to ended units of work')
  #ended = 0

  /** @param size units; 0 to keep none. */
  constructor(size: number) {
    this.#size = size
  }

  /** Returns the function that ends it. */
  listen(listener: (unit: RecentUnit) => void): () => void {
    return this.#listeners.add(listener)
  }

  queryEnded(query: ObservedQuery, activity: UnitActivity): void {
    if (this.#size === 0 && !this.#listeners.isListened) return
    activity.timeline ??= this.#spares.pop() ?? new UnitTimeline()
    activity.timeline.add(query, activity.unit)
  }

  counted({ finding, unit }: SightedFinding): void {
    if (unit === undefined) return
    const found = this.#found.get(unit)
    if (found === undefined) this.#found.set(unit, [finding.id])
    else if (found.length < maximumFindings && !found.includes(finding.id)) found.push(finding.id)
  }

  unitEnded(activity: UnitActivity): void {
    const { unit, timeline } = activity
    if (timeline === undefined) return
    activity.timeline = undefined
    const ended = this.#endedUnit(unit, timeline)
    if (this.#listeners.isListened) this.#listeners.tell(figuresOf(ended))
    if (this.#size > 0) this.#keep(ended)
    if (this.#spares.length === maximumSpares || !timeline.isSmall) return
    timeline.clear()
    this.#spares.push(timeline)
  }

  /** The latest first. */
  latest(limit: number): readonly RecentUnit[] {
    const from = Math.max(this.#dropped, this.#units.length - limit)
    return this.#kept(from).map(figuresOf).reverse()
  }

  details(number: number): RecentUnitDetails | undefined {
    const kept = this.#kept(this.#dropped).find((unit) => unit.number === number)
    return kept && { ...figuresOf(kept), listed: this.#queries.queriesOf(kept) }
  }

  get bytes(): number {
    return (this.#units.length - this.#dropped) * bytesPerUnit + this.#queries.bytes
  }

  #endedUnit(unit: UnitOfWork, timeline: UnitTimeline): EndedUnit {
    return {
      number: ++this.#ended,
      kind: unit.kind,
      name: unit.name,
      statusCode: unit.statusCode,
      traceId: unit.traceId,
      startedAt: unit.startedAt,
      // One that was pushed out has not ended.
      endedAt: unit.endedAt || performance.now(),
      findings: this.#found.get(unit) ?? noFindings,
      queries: timeline.queries,
      failedQueries: timeline.failedQueries,
      rows: timeline.rows,
      databaseMillis: timeline.databaseMillis,
      waitMillis: timeline.waitMillis,
      first: this.#size > 0 ? this.#queries.add(timeline) : 0,
      listed: timeline.listed,
      errors: timeline.errors,
    }
  }

  #keep(kept: EndedUnit): void {
    this.#units.push(kept)
    while (this.#units.length - this.#dropped > this.#size || this.bytes > maximumHistoryBytes) this.#drop()
    if (this.#dropped * 2 <= this.#units.length) return
    // Half of the places are empty: each unit is moved once, as it were.
    this.#units = this.#units.slice(this.#dropped)
    this.#dropped = 0
  }

  #drop(): void {
    const oldest = this.#units[this.#dropped]
    if (oldest === undefined) return
    this.#units[this.#dropped++] = undefined
    this.#queries.drop(oldest.listed)
  }

  #kept(from: number): readonly EndedUnit[] {
    return this.#units.slice(from).filter((unit) => unit !== undefined)
  }
}

function figuresOf(ended: EndedUnit): RecentUnit {
  const { startedAt, endedAt, databaseMillis, waitMillis } = ended
  return {
    number: ended.number,
    kind: ended.kind,
    name: ended.name,
    statusCode: ended.statusCode,
    traceId: ended.traceId,
    startedAt: new Date(performance.timeOrigin + startedAt).toISOString(),
    durationMillis: roundMillis(endedAt - startedAt),
    queries: ended.queries,
    failedQueries: ended.failedQueries,
    rows: ended.rows,
    databaseMillis: roundMillis(databaseMillis),
    waitMillis: roundMillis(waitMillis),
    findings: ended.findings,
  }
}
