import type { CallSite, UnitOfWork } from '@pgspan/lifecycle'
import type { CircuitBreaker } from '../circuit-breaker.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { CallSiteMemory } from './call-site-memory.js'

type CallSiteListener = (site: CallSite | undefined) => void

interface Wait {
  readonly unit: UnitOfWork | undefined
  readonly listener: CallSiteListener
}

/**
 * Asks for call sites and waits for the answers, at most until the event loop turns.
 *
 * A listener runs once: with the answer, or with undefined when nobody answered in time. It runs on the
 * application's path, so what it throws is caught.
 */
export class CallSiteWaits {
  readonly #waits: Set<Wait> = new Set()
  readonly #breaker: CircuitBreaker
  readonly #memory: CallSiteMemory = new CallSiteMemory()
  #isScheduled = false

  constructor(breaker: CircuitBreaker) {
    this.#breaker = breaker
  }

  ask(query: ObservedQuery, listener: CallSiteListener): void {
    if (query.callSites === undefined) {
      listener(undefined)
      return
    }
    const wait = { unit: query.unit, listener }
    this.#waits.add(wait)
    query.callSites.requestCallSite((site) => this.#answer(wait, site))
    if (this.#waits.has(wait)) this.#schedule()
  }

  /** As {@link ask}, for a statement that units of work repeat again and again: it is not always asked anew. */
  askRepeated(query: ObservedQuery, listener: CallSiteListener): void {
    const sample = query.group?.callSites
    const isSampled = sample !== undefined && sample.asked > 0
    const key = `${query.unit?.name} ${query.shape.fingerprint}${isSampled ? '' : ' once'}`
    const now = performance.now()
    // Either all questions of a unit of work about a statement are asked, or none: what runs side by side asks in any order.
    const recalled = isSampled
      ? sample.recallOnce(() => this.#memory.recall(key, now))
      : this.#memory.recall(key, now)
    if (recalled !== undefined) {
      listener(recalled[0])
      return
    }
    this.ask(query, (site) => {
      listener(site)
      if (query.callSites === undefined) return
      if (!isSampled) this.#memory.remember(key, site, now)
      else if (sample.isWhole) this.#memory.rememberSample(key, sample, now)
    })
  }

  /** Goes on without the answers that a unit of work still waits for. */
  giveUp(unit: UnitOfWork): void {
    if (this.#waits.size === 0) return
    for (const wait of this.#waits) if (wait.unit === unit) this.#answer(wait, undefined)
  }

  giveUpAll(): void {
    for (const wait of this.#waits) this.#answer(wait, undefined)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.giveUpAll()
    }).unref()
  }

  #answer(wait: Wait, site: CallSite | undefined): void {
    if (this.#waits.delete(wait)) this.#breaker.run(() => wait.listener(site))
  }
}
