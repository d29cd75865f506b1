import type { CallSite } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../findings/finding.js'
import { openingWaitFix, poolWaitFix } from '../fixes/fix-text.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { ObservedCheckout } from '../units/observed-checkout.js'
import type { ObservedQuery } from '../units/observed-query.js'
import { PerUnit } from '../units/per-unit.js'
import { RecentTimes } from '../units/recent-times.js'
import type { UnitActivity } from '../units/unit-activity.js'
import type { Detector, Reporter } from './detector.js'

const minuteMillis = 60_000
const repeatedWaits = 3
const rememberedPools = 64
/** Shorter waits in a full pool are not added up, in milliseconds. */
const leastAdded = 5

/** The waits of one unit of work for one pool. */
class PoolWaits {
  count = 0
  /** Time in which at least one of them waited. */
  elapsedMillis = 0
  maximumMillis = 0
  timeouts = 0
  /** Of them, for others to give a connection back: the pool was full. */
  queued = 0
  isFrequent = false
  /** They are worth a finding. */
  isLong = false
  callSite: CallSite | undefined = undefined
  sighting: Sighting | undefined = undefined
  latest: ObservedCheckout
  #until = 0

  constructor(first: ObservedCheckout) {
    this.latest = first
  }

  /** @param millis without those that the event loop was blocked. */
  add(checkout: ObservedCheckout, millis: number): void {
    this.latest = checkout
    this.count++
    this.elapsedMillis += checkout.settledAt - Math.max(checkout.settledAt - millis, this.#until)
    this.#until = checkout.settledAt
    this.maximumMillis = Math.max(this.maximumMillis, millis)
    if (checkout.timedOut) this.timeouts++
    if (checkout.path === 'queue') this.queued++
  }
}

/**
 * A caller that waited long for a pooled connection, or gave up: one finding per unit of work and pool. In a full
 * pool, the waits of a unit count together: ten times 15 ms, one after the other, are as long as once 150 ms,
 * but no warning: the unit makes many queries, and it may be them that fill the pool.
 *
 * Waiting for a connection to open, as a whole pool does at the start of a service, is told apart from waiting in a
 * full pool: it is no shortage, however often it happens.
 */
export class PoolWait implements Detector {
  readonly kind = 'pool_wait'
  readonly unusualMillis: number = leastAdded
  readonly leastWaitMillis: number = leastAdded
  readonly #thresholds: Thresholds
  readonly #recent: RecentTimes = new RecentTimes(minuteMillis, repeatedWaits, rememberedPools)
  readonly #waits: PerUnit<PoolWaits> = new PerUnit()

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds
  }

  checkoutSettled(checkout: ObservedCheckout, activity: UnitActivity | undefined, reporter: Reporter): void {
    const { waitMillis, stallMillis, timedOut, path, poolName } = checkout
    const millis = waitMillis - stallMillis
    if (millis < leastAdded && !timedOut) return
    const threshold = this.#thresholds.of(checkout.unit)
    if (threshold === Number.POSITIVE_INFINITY) return
    const isLong = millis >= threshold || timedOut
    // A connection was there, or one was opened: what took so long is no shortage.
    if (!isLong && path !== 'queue') return
    if (path === 'idle' && !timedOut) return
    const waits = this.#waits.of(activity, poolName, () => new PoolWaits(checkout))
    waits.add(checkout, millis)
    if (!waits.isLong && !isLong && waits.elapsedMillis < threshold) return
    const isShortage = isLong && path === 'queue'
    if (isShortage && this.#recent.isFrequent(poolName, checkout.settledAt)) waits.isFrequent = true
    waits.isLong = true
    const draft = draftOf(waits)
    if (waits.sighting === undefined) waits.sighting = reporter.open(draft, checkout)
    else waits.sighting.update(draft)
    if (activity === undefined) waits.sighting?.settle()
  }

  /** The first query of a connection that was waited for knows who waited. */
  unusualSettled(query: ObservedQuery, activity: UnitActivity | undefined, reporter: Reporter): void {
    if (activity === undefined || query.poolName === undefined) return
    if (query.poolWaitMillis < leastAdded) return
    const waits = this.#waits.peek(activity, query.poolName)
    if (waits === undefined || waits.callSite !== undefined) return
    // Whoever waits that little is asked only if it has become a lot.
    if (!waits.isLong && waits.elapsedMillis < this.#thresholds.least / 2) return
    reporter.askCallSite(query, (site) => {
      if (site === undefined) return
      waits.callSite = site
      waits.sighting?.update(draftOf(waits))
    })
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
      totalMillis: roundMillis(waits.elapsedMillis),
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

function titleOf({ count, timeouts, queued, elapsedMillis, maximumMillis, latest }: PoolWaits): string {
  const millis = Math.round(maximumMillis)
  const total = Math.round(elapsedMillis)
  const inAll = total > millis ? ` and ${total} ms in all` : ''
  const what =
    queued > 0 ? `a connection of pool ${latest.poolName}` : `pool ${latest.poolName} to open a connection`
  if (count === 1) return `Waited ${millis} ms for ${what}${timeouts > 0 ? ', in vain' : ''}`
  return `Waited ${count} times for ${what}, up to ${millis} ms${inAll}${timeouts > 0 ? `, ${timeouts} of them in vain` : ''}`
}
