import type { DirtyRelease, QueryResultView, UnitOfWork } from '@pgspan/lifecycle'
import { CallSiteWaits } from './call-sites/call-site-waits.js'
import type { CircuitBreaker } from './circuit-breaker.js'
import { byEvent, type DetectorsByEvent } from './detectors/by-event.js'
import type { Detector, Reporter } from './detectors/detector.js'
import { SettledQueries } from './detectors/settled-queries.js'
import type { PlanCapture } from './explain/plan-capture.js'
import type { FindingLog } from './findings/finding-log.js'
import type { UnitHistory } from './history/unit-history.js'
import { PoolWatch } from './pools/pool-watch.js'
import { ResultReader } from './provenance/result-sources.js'
import { SlotValues } from './provenance/slot-values.js'
import type { StatisticsCollector } from './statistics/statistics-collector.js'
import { burstPauseMillis } from './units/execution-timing.js'
import { leastInterval } from './units/meanwhile.js'
import type { ObservedCheckout } from './units/observed-checkout.js'
import { ObservedQuery } from './units/observed-query.js'
import type { QueryGroup } from './units/query-group.js'
import { approximateBytes, leastWeighedMillis } from './units/result-size.js'
import { TransactionWatch } from './units/transaction-watch.js'
import { UnitActivities } from './units/unit-activities.js'
import type { UnitActivity } from './units/unit-activity.js'

/** More units of work push out the oldest one, which is judged early. */
export const maximumUnits = 1_000
const sweepMillis = 5_000

/**
 * What both feeds lead to: follows units of work and lets detectors judge.
 *
 * What it throws is caught by its callers, which run on the application's path.
 */
export class InsightsCore {
  readonly #log: FindingLog
  readonly #statistics: StatisticsCollector
  readonly #history: UnitHistory
  readonly #plans: PlanCapture | undefined
  readonly #detectors: DetectorsByEvent
  readonly #settledQueries: SettledQueries
  readonly #breaker: CircuitBreaker
  readonly #waits: CallSiteWaits
  readonly #reporter: Reporter
  /** A shorter wait for a connection concerns nobody, in milliseconds. */
  readonly leastWaitMillis: number
  /** What is known of pools, and who judges it. */
  readonly pools: PoolWatch
  /** What is known of transactions, and who judges them. */
  readonly transactions: TransactionWatch
  readonly #activities: UnitActivities = new UnitActivities()
  readonly #values: SlotValues = new SlotValues()
  readonly #reader: ResultReader = new ResultReader()
  /** Units that went early: when they come back, their end is listened to already. */
  readonly #pushedOut: WeakSet<UnitOfWork> = new WeakSet()
  #unitsPushedOut = 0
  #sweeper: NodeJS.Timeout | undefined = undefined
  readonly #onUnitEnd = (unit: UnitOfWork): void => this.#breaker.run(() => this.#endUnit(unit))

  constructor(
    detectors: readonly Detector[],
    log: FindingLog,
    statistics: StatisticsCollector,
    history: UnitHistory,
    plans: PlanCapture | undefined,
    breaker: CircuitBreaker,
  ) {
    this.#detectors = byEvent(detectors)
    this.#settledQueries = new SettledQueries(detectors)
    this.leastWaitMillis = Math.min(
      leastInterval,
      ...this.#detectors.checkoutSettled.map((detector) => detector.leastWaitMillis ?? 0),
    )
    this.#log = log
    this.#statistics = statistics
    this.#history = history
    this.#plans = plans
    this.#breaker = breaker
    this.#waits = new CallSiteWaits(breaker)
    this.#reporter = {
      askCallSite: (query, listener) => this.#waits.ask(query, listener),
      askRepeatedCallSite: (query, listener) => this.#waits.askRepeated(query, listener),
      open: (draft, subject) => {
        const sighting = log.open(draft, subject)
        if (sighting !== undefined && subject instanceof ObservedQuery) plans?.consider(subject, sighting)
        return sighting
      },
    }
    this.pools = new PoolWatch(this.#detectors, this.#reporter, breaker)
    this.transactions = new TransactionWatch(this.#detectors, this.#reporter, (unit) =>
      this.#activities.of(unit),
    )
  }

  /** Units of work that were judged early to make room. */
  get unitsPushedOut(): number {
    return this.#unitsPushedOut
  }

  /** @param values to be read now. */
  queryStarted(query: ObservedQuery, values: readonly unknown[] | undefined): void {
    this.transactions.queryStarted(query)
    this.#plans?.queryStarted(query, values)
    if (query.unit === undefined || query.unit.ended) return
    const activity = this.#activityOf(query.unit)
    this.#values.read(query.shape, values)
    if (query.hidesValues) this.#values.forget()
    if (this.#values.isKnown) {
      query.valuesHash = this.#values.allHash
      query.echoHash = this.#values.firstKey
    }
    const over = activity.start(query, this.#values)
    if (over !== undefined) this.#rest(over, activity)
  }

  /** @param result to be read now. */
  querySettled(query: ObservedQuery, result: QueryResultView | undefined): void {
    this.#statistics.addQuery(query)
    const { unit } = query
    const activity = unit === undefined ? undefined : this.#activities.of(unit)
    if (activity !== undefined) {
      activity.settle(query, result, this.#reader)
      this.#history.queryEnded(query, activity)
    }
    if (result !== undefined && query.settledAt - query.startedAt >= leastWeighedMillis) {
      query.resultBytes = approximateBytes(result.rows)
    }
    this.#settledQueries.handOut(query, activity, this.#reporter)
    this.transactions.querySettled(query)
  }

  /** A request for a connection was answered in less than {@link leastWaitMillis}. */
  checkoutGranted(poolName: string, waitMillis: number): void {
    this.#statistics.addCheckout(poolName, waitMillis)
  }

  checkoutSettled(checkout: ObservedCheckout): void {
    const { unit, settledAt, waitMillis, poolName } = checkout
    this.#statistics.addCheckout(poolName, waitMillis)
    const activity = unit === undefined || unit.ended ? undefined : this.#activityOf(unit)
    for (const detector of this.#detectors.checkoutSettled) {
      detector.checkoutSettled?.(checkout, activity, this.#reporter)
    }
    this.transactions.ranBeside('wait', `pool ${poolName}`, unit, settledAt - waitMillis, settledAt)
  }

  releasedDirty(release: DirtyRelease): void {
    const { checkout, callSite } = release
    const open = checkout.connection && this.transactions.of(checkout.connection.id)
    if (open !== undefined && callSite !== undefined) open.callSite = callSite
    this.pools.releasedDirty(release)
  }

  /** Judges what happened in the unit of work so far, as if it ended now. */
  judge(unit: UnitOfWork): void {
    const activity = this.#activities.of(unit)
    if (activity === undefined) return
    this.#waits.giveUp(unit)
    for (const group of activity.groups()) this.#rest(group, activity)
  }

  /** Judges everything and reports what is open. */
  flush(): void {
    this.#waits.giveUpAll()
    this.pools.look()
    for (const { unit } of this.#activities.all) this.judge(unit)
    this.#log.settleOlderThan(0)
  }

  close(): void {
    this.transactions.close()
    this.pools.close()
    for (const { unit } of [...this.#activities.all]) this.#endUnit(unit)
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #activityOf(unit: UnitOfWork): UnitActivity {
    return this.#activities.of(unit) ?? this.#open(unit)
  }

  #open(unit: UnitOfWork): UnitActivity {
    if (this.#activities.size >= maximumUnits) this.#endOldestUnit()
    const activity = this.#activities.open(unit)
    if (!this.#pushedOut.has(unit)) unit.onEnd(this.#onUnitEnd)
    this.#sweeper ??= setInterval(() => this.#breaker.run(() => this.#sweep()), sweepMillis).unref()
    return activity
  }

  #endUnit(unit: UnitOfWork): void {
    const activity = this.#activities.of(unit)
    if (activity === undefined) return
    this.judge(unit)
    for (const detector of this.#detectors.unitEnded) detector.unitEnded?.(activity, this.#reporter)
    this.#activities.drop(unit)
    this.#log.settleUnit(unit)
    this.#statistics.addUnit(activity)
    this.#history.unitEnded(activity)
  }

  #endOldestUnit(): void {
    for (const { unit } of this.#activities.all) {
      this.#pushedOut.add(unit)
      this.#unitsPushedOut++
      this.#endUnit(unit)
      return
    }
  }

  /** Nothing waits for an end that may never come: what rests is judged, what is open for long is reported. */
  #sweep(): void {
    const now = performance.now()
    for (const activity of this.#activities.all) {
      if (now - activity.unit.startedAt < sweepMillis) continue
      for (const group of activity.groups()) {
        if (group.timing.quietMillis(now) > burstPauseMillis) this.#rest(group, activity)
      }
    }
    this.#log.settleOld()
    if (this.#activities.size > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #rest(group: QueryGroup, activity: UnitActivity): void {
    // What ran once is no repetition.
    if (group.restedAt === group.timing.settled || group.timing.started < 2) return
    group.restedAt = group.timing.settled
    for (const detector of this.#detectors.groupRests) {
      detector.groupRests?.(group, activity, this.#reporter)
    }
  }
}
