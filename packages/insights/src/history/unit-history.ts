import type { UnitOfWork } from '@pgspan/lifecycle'
import type { FindingSink, SightedFinding } from '../findings/finding-sink.js'
import { Listeners } from '../listeners.js'
import { roundMillis } from '../round-millis.js'
import type { ObservedQuery } from '../units/observed-query.js'
import type { UnitActivity } from '../units/unit-activity.js'
import { KeptTexts } from './kept-texts.js'
import type { RecentUnit, RecentUnitDetails } from './recent-unit.js'
import { UnitTimeline } from './unit-timeline.js'

/** What the history may take, its query texts included; the oldest units make room. */
export const maximumHistoryBytes = 8_000_000
const bytesPerUnit = 600
const maximumFindings = 32
const noFindings: readonly string[] = []

/** A unit of work that has ended. Not the unit itself, which may hold a span; its figures are made when asked for. */
interface EndedUnit
  extends Pick<UnitOfWork, 'kind' | 'name' | 'statusCode' | 'traceId' | 'startedAt' | 'endedAt'> {
  readonly number: number
  readonly findings: readonly string[]
  readonly timeline: UnitTimeline
}

/** The latest units of work that have ended, with their queries: so many, and not more than 8 MB. */
export class UnitHistory implements FindingSink {
  readonly name = 'unit-history'
  readonly #size: number
  /** By number, the oldest first. */
  readonly #units: Map<number, EndedUnit> = new Map()
  readonly #found: WeakMap<UnitOfWork, string[]> = new WeakMap()
  readonly #texts: KeptTexts = new KeptTexts()
  readonly #listeners: Listeners<RecentUnit> = new Listeners('a listener to ended units of work')
  #bytes = 0
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
    activity.timeline ??= new UnitTimeline()
    activity.timeline.add(query, activity.unit)
  }

  counted({ finding, unit }: SightedFinding): void {
    if (unit === undefined) return
    const found = this.#found.get(unit)
    if (found === undefined) this.#found.set(unit, [finding.id])
    else if (found.length < maximumFindings && !found.includes(finding.id)) found.push(finding.id)
  }

  unitEnded({ unit, timeline }: UnitActivity): void {
    if (timeline === undefined) return
    const { kind, name, statusCode, traceId, startedAt } = unit
    const ended: EndedUnit = {
      number: ++this.#ended,
      kind,
      name,
      statusCode,
      traceId,
      startedAt,
      // One that was pushed out has not ended.
      endedAt: unit.endedAt || performance.now(),
      findings: this.#found.get(unit) ?? noFindings,
      timeline,
    }
    if (this.#size > 0) this.#keep(ended)
    if (this.#listeners.isListened) this.#listeners.tell(figuresOf(ended))
  }

  /** The latest first. */
  latest(limit: number): readonly RecentUnit[] {
    return [...this.#units.values()].slice(-limit).map(figuresOf).reverse()
  }

  details(number: number): RecentUnitDetails | undefined {
    const kept = this.#units.get(number)
    return kept && { ...figuresOf(kept), listed: kept.timeline.listed }
  }

  get bytes(): number {
    return this.#bytes + this.#texts.bytes
  }

  #keep(kept: EndedUnit): void {
    this.#units.set(kept.number, kept)
    this.#bytes += bytesPerUnit + kept.timeline.bytes
    this.#texts.keep(kept.timeline.shapes)
    for (const [number, oldest] of this.#units) {
      if (this.#units.size <= this.#size && this.bytes <= maximumHistoryBytes) return
      this.#units.delete(number)
      this.#bytes -= bytesPerUnit + oldest.timeline.bytes
      this.#texts.letGo(oldest.timeline.shapes)
    }
  }
}

function figuresOf({ timeline, startedAt, endedAt, ...unit }: EndedUnit): RecentUnit {
  return {
    number: unit.number,
    kind: unit.kind,
    name: unit.name,
    statusCode: unit.statusCode,
    traceId: unit.traceId,
    startedAt: new Date(performance.timeOrigin + startedAt).toISOString(),
    durationMillis: roundMillis(endedAt - startedAt),
    queries: timeline.queries,
    failedQueries: timeline.failedQueries,
    rows: timeline.rows,
    databaseMillis: roundMillis(timeline.databaseMillis),
    waitMillis: roundMillis(timeline.waitMillis),
    findings: unit.findings,
  }
}
