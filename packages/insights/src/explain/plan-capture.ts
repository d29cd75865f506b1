import type { QueryExecution, SideConnection } from '@pgspan/lifecycle'
import type { FindingKind, Sighting } from '../findings/finding.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { CaptureLimits } from './capture-limits.js'
import { isExplainable } from './explainable.js'
import { planProblem } from './plan-problem.js'
import { planText } from './plan-text.js'
import { requestPlan } from './request-plan.js'

/** Which plan is asked for: the one that serves any values, or the one for the values of the slow execution. */
export type ExplainMode = 'generic' | 'custom'

const maximumAwaiting = 8
const pauseMillis = 100
/** An event loop that is later than this has no time for plans. */
const busyMillis = 50
const explainedKinds: readonly FindingKind[] = ['slow_query', 'large_result']

/**
 * Asks for the plan of a statement that was found slow or large, on a connection of its own beside the pool, which
 * is closed afterwards. One at a time and rarely; what fails is counted, and said to nobody.
 */
export class PlanCapture {
  readonly #mode: ExplainMode
  readonly #limits: CaptureLimits = new CaptureLimits()
  /** Only for `custom`. */
  readonly #values: WeakMap<ObservedQuery, readonly unknown[]> = new WeakMap()
  /** What is asked for now, and whose findings it is for: one execution may be slow and large. */
  #awaited: { readonly fingerprint: string; readonly sightings: Sighting[] } | undefined = undefined
  #isClosed = false
  #captured = 0
  #failed = 0
  #skipped = 0

  constructor(mode: ExplainMode) {
    this.#mode = mode
  }

  /** Plans that were attached, requests that failed, and findings that no plan was asked for. */
  get counts(): { readonly captured: number; readonly failed: number; readonly skipped: number } {
    return { captured: this.#captured, failed: this.#failed, skipped: this.#skipped }
  }

  /** The values of a query that may turn out slow; they go with the query. */
  queryStarted(query: ObservedQuery, values: readonly unknown[] | undefined): void {
    if (this.#mode === 'custom' && values !== undefined) this.#values.set(query, values)
  }

  consider(query: ObservedQuery, sighting: Sighting): void {
    if (!explainedKinds.includes(sighting.finding.kind)) return
    // Queries with call sites are the full feed's, which are these; nobody else has a text and a pool.
    const execution = query.callSites as QueryExecution | undefined
    const text = execution?.text ?? ''
    const pool = execution?.checkout?.pool
    if (this.#awaited?.fingerprint === query.shape.fingerprint) {
      if (this.#awaited.sightings.length < maximumAwaiting) this.#awaited.sightings.push(sighting)
      return
    }
    const mayBe = pool !== undefined && query.errorCode === undefined && isExplainable(query.shape, text)
    if (
      !mayBe ||
      this.#awaited !== undefined ||
      this.#isClosed ||
      !this.#limits.take(query.shape.fingerprint, performance.now())
    ) {
      this.#skipped++
      return
    }
    const sightings = [sighting]
    this.#awaited = { fingerprint: query.shape.fingerprint, sightings }
    const due = performance.now() + pauseMillis
    const timer = setTimeout(() => {
      if (this.#isClosed || performance.now() - due > busyMillis) {
        this.#skipped++
        this.#awaited = undefined
      } else void this.#capture(query, text, () => pool.openSideConnection('explain'), sightings)
    }, pauseMillis)
    timer.unref()
  }

  close(): void {
    this.#isClosed = true
  }

  async #capture(
    query: ObservedQuery,
    text: string,
    open: () => Promise<SideConnection | undefined>,
    sightings: readonly Sighting[],
  ): Promise<void> {
    let connection: SideConnection | undefined
    try {
      connection = await open()
      const answer =
        connection &&
        (await requestPlan(connection, {
          text,
          values: this.#values.get(query),
          parameters: Math.max(0, ...query.shape.slots.map(({ parameter }) => parameter)),
          returnedRows: query.rowCount,
        }))
      if (answer === undefined) this.#failed++
      else {
        const problem = planProblem(answer.plan, answer.facts)
        const plan = { mode: this.#mode, problem, text: planText(answer.plan) }
        for (const sighting of sightings) sighting.attachPlan(plan)
        this.#captured++
      }
    } catch {
      this.#failed++
    } finally {
      connection?.close()
      this.#awaited = undefined
    }
  }
}
