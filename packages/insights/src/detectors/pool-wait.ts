import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../finding.js'
import { openingWaitFix, poolWaitFix } from '../fix-text.js'
import type { ObservedCheckout } from '../observed-checkout.js'
import type { ObservedQuery } from '../observed-query.js'
import { RecentTimes } from '../recent-times.js'
import { roundMillis } from '../round-millis.js'
import type { UnitActivity } from '../unit-activity.js'
import type { Detector, Reporter } from './detector.js'

const minuteMillis = 60_000
const repeatedWaits = 3
const rememberedPools = 64

/** The long waits of one unit of work for one pool. */
class PoolWaits {
  count = 0
  totalMillis = 0
  maximumMillis = 0
  timeouts = 0
  /** Of them, for others to give a connection back: the pool was full. */
  queued = 0
  isFrequent = false
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  latest: ObservedCheckout

  constructor(first: ObservedCheckout) {
    this.latest = first
  }

  add(checkout: ObservedCheckout, isFrequent: boolean): void {
    this.latest = checkout
    this.count++
    this.totalMillis += checkout.waitMillis
    this.maximumMillis = Math.max(this.maximumMillis, checkout.waitMillis)
    if (checkout.timedOut) this.timeouts++
    if (checkout.path === 'queue') this.queued++
    if (isFrequent) this.isFrequent = true
  }
}

/**
 * A caller that waited long for a pooled connection, or gave up: one finding per unit of work and pool.
 *
 * Waiting for a connection to open, as a whole pool does at the start of a service, is told apart from waiting in a
 * full pool: it is no shortage, however often it happens.
 */
export class PoolWait implements Detector {
  readonly kind = 'pool_wait'
  readonly #thresholdMillis: number
  readonly #recent: RecentTimes = new RecentTimes(minuteMillis, repeatedWaits, rememberedPools)
  readonly #waits: WeakMap<UnitActivity, Map<string, PoolWaits>> = new WeakMap()

  constructor(thresholdMillis: number) {
    this.#thresholdMillis = thresholdMillis
  }

  checkoutSettled(checkout: ObservedCheckout, activity: UnitActivity | undefined, reporter: Reporter): void {
    if (checkout.waitMillis - checkout.stallMillis < this.#thresholdMillis && !checkout.timedOut) return
    // A connection was there: what took so long was the event loop.
    if (checkout.path === 'idle' && !checkout.timedOut) return
    const isShortage = checkout.path === 'queue'
    const isFrequent = isShortage && this.#recent.isFrequent(checkout.poolName, checkout.settledAt)
    const waits = this.#waitsOf(checkout, activity)
    waits.add(checkout, isFrequent)
    const draft = draftOf(waits)
    if (waits.sighting === undefined) waits.sighting = reporter.open(draft, checkout)
    else waits.sighting.update(draft)
    if (activity === undefined) waits.sighting?.settle()
  }

  /** The first query of a connection that was waited for knows who waited. */
  querySettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    if (activity === undefined || query.poolName === undefined) return
    if (query.poolWaitMillis < this.#thresholdMillis) return
    const waits = this.#waits.get(activity)?.get(query.poolName)
    if (waits === undefined || waits.callSite !== undefined) return
    reporter.askCallSite(query, (site) => {
      if (site === undefined) return
      waits.callSite = site
      waits.sighting?.update(draftOf(waits))
    })
  }

  #waitsOf(checkout: ObservedCheckout, activity: UnitActivity | undefined): PoolWaits {
    if (activity === undefined) return new PoolWaits(checkout)
    let ofUnit = this.#waits.get(activity)
    if (ofUnit === undefined) {
      ofUnit = new Map()
      this.#waits.set(activity, ofUnit)
    }
    let waits = ofUnit.get(checkout.poolName)
    if (waits === undefined) {
      waits = new PoolWaits(checkout)
      ofUnit.set(checkout.poolName, waits)
    }
    return waits
  }
}

function draftOf(waits: PoolWaits): FindingDraft {
  const { count, timeouts, queued, maximumMillis, latest } = waits
  const { limit, poolName, target } = latest
  return {
    kind: 'pool_wait',
    severity: waits.isFrequent || timeouts > 0 ? 'warning' : 'info',
    title: titleOf(waits),
    evidence: {
      count,
      totalMillis: roundMillis(waits.totalMillis),
      maximumMillis: roundMillis(maximumMillis),
      timeouts,
      queued,
      limit,
    },
    summary: poolName,
    fingerprint: '',
    statement: '',
    namespace: target.namespace,
    callSite: waits.callSite,
    fix: () => (queued > 0 ? poolWaitFix(limit) : openingWaitFix()),
  }
}

function titleOf({ count, timeouts, queued, maximumMillis, latest }: PoolWaits): string {
  const millis = Math.round(maximumMillis)
  const what =
    queued > 0 ? `a connection of pool ${latest.poolName}` : `pool ${latest.poolName} to open a connection`
  if (count === 1) return `Waited ${millis} ms for ${what}${timeouts > 0 ? ', in vain' : ''}`
  return `Waited ${count} times for ${what}, up to ${millis} ms${timeouts > 0 ? `, ${timeouts} of them in vain` : ''}`
}
