import { type Context, diag, TraceFlags, trace } from '@opentelemetry/api'
import { type QueryShape, refreshUnitName, type UnitOfWork } from '@pgspan/lifecycle'
import { Suppressions } from '../suppression/suppressions.js'
import { completeFinding } from './complete-finding.js'
import type { Finding, FindingDraft, FindingPlan, Sighting } from './finding.js'
import { findingId } from './finding-id.js'
import { FindingRecord } from './finding-record.js'
import type { FindingSink, SightedFinding } from './finding-sink.js'
import { TokenBucket } from './token-bucket.js'

const maximumFindings = 2_000
const reportsPerSecond = 10
/** A sighting whose unit of work lasts longer is reported with the evidence so far. */
const patienceMillis = 5_000
const maximumOpen = 2_000
const maximumPerUnit = 64

/** Where a finding was made. */
export interface FindingSubject {
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  /** Of the statement, if the finding is of one. */
  readonly shape?: QueryShape
  /** Kinds that the code around it ignores, with spaces between them, or `*`. */
  readonly ignoredFindings?: string | undefined
}

/** The findings of this process: at most 2,000, those that were not seen for the longest are forgotten. */
export class FindingLog {
  readonly #records: Map<string, FindingRecord> = new Map()
  readonly #open: Set<OpenSighting> = new Set()
  /** Those of {@link #open} by their units of work. */
  readonly #openOf: Map<UnitOfWork, Set<OpenSighting>> = new Map()
  readonly #ofUnits: WeakMap<UnitOfWork, OpenSighting[]> = new WeakMap()
  readonly #sinks: Set<FindingSink> = new Set()
  readonly #reportedSinks: WeakSet<FindingSink> = new WeakSet()
  readonly #bucket: TokenBucket = new TokenBucket(reportsPerSecond, performance.now())
  readonly #suppressions: Suppressions
  #forgotten = 0
  #withheld = 0

  constructor(suppressions: Suppressions = new Suppressions([])) {
    this.#suppressions = suppressions
  }

  /** Findings that made room for others. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Reports that were too many for their second; the finding is reported when it is seen again. */
  get withheld(): number {
    return this.#withheld
  }

  /** The latest first, each with its best evidence. */
  get findings(): readonly Finding[] {
    return [...this.#records.values()].map(({ finding }) => finding).reverse()
  }

  /** The first 64 of one unit of work, as long as somebody holds it. */
  findingsOf(unit: UnitOfWork): readonly Finding[] {
    return (this.#ofUnits.get(unit) ?? []).map(({ finding }) => finding)
  }

  /** Returns the function that takes the sink away. */
  addSink(sink: FindingSink): () => void {
    this.#sinks.add(sink)
    return () => this.#sinks.delete(sink)
  }

  /** Undefined if it is suppressed. */
  open(draft: FindingDraft, subject: FindingSubject): Sighting | undefined {
    const { unit, callerContext } = subject
    if (unit !== undefined) refreshUnitName(unit, callerContext)
    const unitName = unit?.name ?? ''
    const id = findingId(draft, unitName)
    if (this.#suppressions.cover(id, draft, subject, unitName)) return undefined
    const finding = completeFinding(id, draft, subject)
    const record = this.#records.get(id) ?? new FindingRecord(finding)
    this.#records.delete(id)
    this.#records.set(id, record)
    if (this.#records.size > maximumFindings) this.#forgetOldest()
    record.sight()
    const sighting = new OpenSighting(this, record, record.show(finding), subject)
    this.#open.add(sighting)
    if (unit !== undefined) {
      this.#keepForUnit(unit, sighting)
      const others = this.#openOf.get(unit)
      if (others === undefined) this.#openOf.set(unit, new Set([sighting]))
      else others.add(sighting)
    }
    this.#tell('updated', sighting)
    if (this.#open.size > maximumOpen) this.settleOlderThan(0)
    return sighting
  }

  /** Reports what has been open for five seconds or more, with the evidence so far. */
  settleOld(): void {
    this.settleOlderThan(patienceMillis)
  }

  /** Reports what was found in a unit of work that has ended. */
  settleUnit(unit: UnitOfWork): void {
    const sightings = this.#openOf.get(unit)
    if (sightings !== undefined) for (const sighting of sightings) sighting.settle()
  }

  settleOlderThan(millis: number): void {
    const before = performance.now() - millis
    for (const sighting of this.#open) if (sighting.openedAt <= before) sighting.settle()
  }

  /** Called by a sighting. */
  update(sighting: OpenSighting, draft: FindingDraft): void {
    sighting.finding = sighting.record.show(completeFinding(sighting.finding.id, draft, sighting))
    this.#tell('updated', sighting)
  }

  /** Called by a sighting. Who was told already is told again. */
  attachPlan(sighting: OpenSighting, plan: FindingPlan): void {
    sighting.record.plan = plan
    sighting.finding = { ...sighting.finding, plan }
    if (!this.#open.has(sighting)) this.#tell('reported', sighting)
  }

  /** Called by a sighting. */
  settle(sighting: OpenSighting): void {
    if (!this.#open.delete(sighting)) return
    const { record, unit } = sighting
    if (unit !== undefined) this.#closeForUnit(unit, sighting)
    const now = performance.now()
    record.settle(sighting.finding, isSampled(sighting))
    sighting.finding = { ...sighting.finding, ...record.sums }
    this.#tell('counted', sighting)
    if (!record.isDue(now)) return
    if (!this.#bucket.take(now)) {
      this.#withheld++
      return
    }
    record.report(now)
    this.#tell('reported', sighting)
  }

  /** Called by a sighting. */
  resolve(sighting: OpenSighting, draft: FindingDraft): void {
    this.update(sighting, draft)
    if (this.#bucket.take(performance.now())) this.#tell('reported', sighting)
  }

  #keepForUnit(unit: UnitOfWork, sighting: OpenSighting): void {
    const known = this.#ofUnits.get(unit)
    if (known === undefined) {
      this.#ofUnits.set(unit, [sighting])
      return
    }
    // A unit that lasts makes the same finding again and again.
    const same = known.findIndex(({ record }) => record === sighting.record)
    if (same !== -1) known[same] = sighting
    else if (known.length < maximumPerUnit) known.push(sighting)
  }

  #closeForUnit(unit: UnitOfWork, sighting: OpenSighting): void {
    const others = this.#openOf.get(unit)
    if (others?.delete(sighting) && others.size === 0) this.#openOf.delete(unit)
  }

  #tell(event: 'updated' | 'counted' | 'reported', sighted: SightedFinding): void {
    for (const sink of this.#sinks) {
      try {
        sink[event]?.(sighted)
      } catch (error) {
        if (this.#reportedSinks.has(sink)) continue
        this.#reportedSinks.add(sink)
        diag.error(`pgspan: ${sink.name} threw at a finding; further errors are not shown.`, error)
      }
    }
  }

  #forgetOldest(): void {
    for (const id of this.#records.keys()) {
      this.#records.delete(id)
      this.#forgotten++
      return
    }
  }
}

class OpenSighting implements Sighting, SightedFinding {
  readonly record: FindingRecord
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
  readonly openedAt: number = performance.now()
  finding: Finding
  readonly #log: FindingLog

  constructor(log: FindingLog, record: FindingRecord, finding: Finding, subject: FindingSubject) {
    this.#log = log
    this.record = record
    this.finding = finding
    this.unit = subject.unit
    this.callerContext = subject.callerContext
  }

  update(draft: FindingDraft): void {
    this.#log.update(this, draft)
  }

  attachPlan(plan: FindingPlan): void {
    this.#log.attachPlan(this, plan)
  }

  settle(): void {
    this.#log.settle(this)
  }

  resolve(draft: FindingDraft): void {
    this.#log.resolve(this, draft)
  }
}

function isSampled({ unit, callerContext }: FindingSubject): boolean {
  const spanContext = unit?.rootSpan?.spanContext() ?? trace.getSpanContext(callerContext)
  return ((spanContext?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0
}
