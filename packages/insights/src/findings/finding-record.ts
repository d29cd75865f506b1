import { roundMillis } from '../round-millis.js'
import { ExemplarTraces } from './exemplar-traces.js'
import type { Finding, FindingPlan } from './finding.js'

const remindMillis = 300_000

/** What this process knows of one finding, over all units of work. */
export class FindingRecord {
  #finding: Finding
  #count = 0
  #reportAt = 1
  #reportedAt = 0
  #savedMillis = 0
  #plan: FindingPlan | undefined = undefined
  readonly #traces: ExemplarTraces = new ExemplarTraces()

  constructor(finding: Finding) {
    this.#finding = finding
  }

  /** The best evidence so far: the most executions, of equals the latest. */
  get finding(): Finding {
    return this.#finding
  }

  /** Of the statement: every finding from now on shows it. */
  set plan(plan: FindingPlan) {
    this.#plan = plan
    this.#finding = { ...this.#finding, plan }
  }

  /** Counts a sighting. */
  sight(): void {
    this.#count++
  }

  /** Takes the evidence of a sighting; returns the finding as this sighting shows it. */
  show(evidence: Finding): Finding {
    const shown = {
      ...evidence,
      firstSeen: this.#finding.firstSeen,
      count: this.#count,
      plan: this.#plan,
      ...this.sums,
    } satisfies Finding
    const best = shown.evidence.count >= this.#finding.evidence.count ? shown : this.#finding
    this.#finding = { ...best, lastSeen: shown.lastSeen, count: this.#count }
    return shown
  }

  /** What all sightings come to. */
  get sums(): Pick<Finding, 'traceIds' | 'totalSavedMillis'> {
    return { traceIds: this.#traces.ids, totalSavedMillis: roundMillis(this.#savedMillis) }
  }

  /** The sighting's evidence is final. @param isSampled its trace can be looked up. */
  settle(evidence: Finding, isSampled: boolean): void {
    this.#savedMillis += evidence.evidence.savedMillis ?? 0
    if (evidence.traceId !== undefined) this.#traces.add(evidence.traceId, isSampled)
    this.#finding = { ...this.#finding, ...this.sums }
  }

  /** True at the 1st, 2nd, 4th, 8th … sighting and five minutes after the last report. */
  isDue(now: number): boolean {
    return this.#count >= this.#reportAt || now - this.#reportedAt >= remindMillis
  }

  report(now: number): void {
    this.#reportedAt = now
    while (this.#reportAt <= this.#count) this.#reportAt *= 2
  }
}
