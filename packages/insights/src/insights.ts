import {
  followHttpRequests,
  followTraces,
  type Observer,
  processState,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { CircuitBreaker } from './circuit-breaker.js'
import { createDetectors } from './detectors/all.js'
import { PlanCapture } from './explain/plan-capture.js'
import { LifecycleFeed } from './feeds/lifecycle-feed.js'
import { RecordedFeed } from './feeds/recorded-feed.js'
import { checkRecordedQuery, type RecordedQuery } from './feeds/recorded-query.js'
import { SpanFeed } from './feeds/span-feed.js'
import type { Finding } from './findings/finding.js'
import { FindingLog } from './findings/finding-log.js'
import type { RecentUnit, RecentUnitDetails } from './history/recent-unit.js'
import { UnitHistory } from './history/unit-history.js'
import { InsightsCore } from './insights-core.js'
import { type InsightsOptions, resolveOptions } from './insights-options.js'
import { type LiveCheckout, liveCheckouts } from './pools/live-checkouts.js'
import { createConsoleSink } from './sinks/console-sink.js'
import { LogEventSink } from './sinks/log-event-sink.js'
import { MetricSink } from './sinks/metric-sink.js'
import { PoolTroubleMetrics } from './sinks/pool-trouble-metrics.js'
import { RootSpanSink } from './sinks/root-span-sink.js'
import type { FamilyStatistics, InsightsStatistics, StatementRanking } from './statistics/statistics.js'
import { StatisticsCollector } from './statistics/statistics-collector.js'
import type { SuppressionStatus } from './suppression/suppression.js'
import { Suppressions } from './suppression/suppressions.js'
import type { Thresholds } from './thresholds.js'

/** Finds N+1, duplicate and slow queries and waits for connections, per request, job or trace. */
export interface Insights {
  /** For a dispatcher of one's own; {@link attach} does that for the process. */
  readonly observer: Observer
  /**
   * Takes queries from the instrumentation of this process, and makes every HTTP request a unit of work. Attaching
   * again changes nothing more. Returns the function that takes back this one call.
   */
  attach(): () => void
  /** The latest first, at most 2,000, each with its best evidence so far. */
  findings(): readonly Finding[]
  /** Judges one unit of work as it is now: what was found in it, with its evidence there; at most 64. */
  findingsOf(unit: UnitOfWork): readonly Finding[]
  statistics(): InsightsStatistics
  /**
   * The statements that cost most, at most `limit`, 10 by default: of the 200 that {@link statistics} tells apart.
   *
   * @param by the total time, the mean time, executions or rows.
   */
  topStatements(by: StatementRanking, limit?: number): readonly FamilyStatistics[]
  /**
   * Connections that are out of their pools and requests that wait for one, now: who asked for each, for how long, and
   * what it is at. At most 1,000.
   */
  checkouts(): readonly LiveCheckout[]
  /** Units of work that have ended, the latest first: at most `limit`, 100 by default. */
  recentUnits(limit?: number): readonly RecentUnit[]
  /**
   * A unit of work that has ended, with its queries; undefined if it is not kept any more.
   *
   * @param number its {@link RecentUnit.number}
   */
  recentUnit(number: number): RecentUnitDetails | undefined
  /**
   * Takes a query that another client than `pg` has just made: it is counted and judged as far as its values and rows
   * are given. Call it where the query was made, once it has settled.
   *
   * @throws TypeError that names what is wrong with `query`.
   */
  recordQuery(query: RecordedQuery): void
  /** The entries of the suppressions file, and how often each was of use. */
  suppressions(): readonly SuppressionStatus[]
  /**
   * Calls `listener` for every finding when it is new in this process, and when it was seen 2, 4, 8 … times: when the
   * unit of work ends, or within ten seconds if it lasts longer. At most ten per second; and once more when its plan
   * is known, see {@link InsightsOptions.explain}. What it throws is reported once. Returns the function that ends it.
   */
  subscribe(listener: (finding: Finding) => void): () => void
  /**
   * Calls `listener` for every unit of work that has made queries and ends. What it throws is reported once. Costs
   * nothing as long as nobody listens. Returns the function that ends it.
   */
  subscribeUnits(listener: (unit: RecentUnit) => void): () => void
  /** Judges what is going on and reports what is open. */
  flush(): void
  /** Flushes, and observes nothing from then on. */
  close(): void
}

/**
 * Makes insights. Nothing is observed until {@link Insights.attach}, or until {@link InsightsSpanProcessor} is given
 * them.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function createInsights(options: InsightsOptions = {}): Insights {
  return new ProcessInsights(options)
}

/** What {@link createInsights} makes; the span processor needs more of it than users do. */
export class ProcessInsights implements Insights {
  readonly observer: Observer
  /** Takes somebody else's database spans. */
  readonly spans: SpanFeed
  readonly breaker: CircuitBreaker = new CircuitBreaker()
  readonly core: InsightsCore
  readonly #suppressions: Suppressions
  readonly #log: FindingLog
  readonly #history: UnitHistory
  readonly #plans: PlanCapture | undefined = undefined
  readonly #recorded: RecordedFeed
  readonly #leakThresholds: Thresholds
  readonly #statistics: StatisticsCollector = new StatisticsCollector()
  #attachments = 0
  #isClosed = false
  #detach: (() => void) | undefined = undefined

  constructor(options: InsightsOptions) {
    const settings = resolveOptions(options)
    this.#suppressions = new Suppressions(settings.suppressions)
    this.#log = new FindingLog(this.#suppressions)
    this.#history = new UnitHistory(settings.recentUnits)
    if (settings.explain !== undefined) this.#plans = new PlanCapture(settings.explain)
    const troubles = new PoolTroubleMetrics(settings.meterProvider)
    const detectors = createDetectors(settings, this.#statistics, troubles)
    this.core = new InsightsCore(
      detectors,
      this.#log,
      this.#statistics,
      this.#history,
      this.#plans,
      this.breaker,
    )
    this.spans = new SpanFeed(this.core)
    this.observer = new LifecycleFeed(this.core, this.breaker, settings.checkoutStacks, this.spans)
    this.#leakThresholds = settings.leakedCheckoutMillis
    this.#recorded = new RecordedFeed(this.core)
    this.#log.addSink(this.#history)
    this.#log.addSink(new RootSpanSink())
    this.#log.addSink(new LogEventSink(settings.loggerProvider))
    this.#log.addSink(new MetricSink(settings.meterProvider))
    if (settings.console) this.subscribe(createConsoleSink())
  }

  attach(): () => void {
    if (this.#attachments++ === 0) {
      const stops = [processState().dispatcher.attach(this.observer), followHttpRequests(), followTraces()]
      this.#detach = () => {
        for (const stop of stops) stop()
      }
    }
    let isAttached = true
    return () => {
      if (!isAttached) return
      isAttached = false
      if (--this.#attachments === 0) this.#stop()
    }
  }

  findings(): readonly Finding[] {
    return this.#log.findings
  }

  findingsOf(unit: UnitOfWork): readonly Finding[] {
    this.breaker.run(() => this.core.judge(unit))
    return this.#log.findingsOf(unit)
  }

  statistics(): InsightsStatistics {
    const { byComment, byCode, byFile } = this.#suppressions
    return {
      ...this.#statistics.statistics,
      plans: this.#plans?.counts ?? { captured: 0, failed: 0, skipped: 0 },
      suppressed: { byComment, byCode, byFile },
      limits: {
        unitsPushedOut: this.core.unitsPushedOut,
        findingsForgotten: this.#log.forgotten,
        reportsWithheld: this.#log.withheld,
        rests: this.breaker.rests,
      },
    }
  }

  suppressions(): readonly SuppressionStatus[] {
    return this.#suppressions.entries
  }

  topStatements(by: StatementRanking, limit = 10): readonly FamilyStatistics[] {
    return this.#statistics.top(by, limit)
  }

  checkouts(): readonly LiveCheckout[] {
    return liveCheckouts(this.core.pools.pools, performance.now(), this.#leakThresholds)
  }

  recentUnits(limit = 100): readonly RecentUnit[] {
    return this.#history.latest(limit)
  }

  recentUnit(number: number): RecentUnitDetails | undefined {
    return this.#history.details(number)
  }

  recordQuery(query: RecordedQuery): void {
    checkRecordedQuery(query)
    this.breaker.run(() => this.#recorded.record(query))
  }

  subscribeUnits(listener: (unit: RecentUnit) => void): () => void {
    return this.#history.listen(listener)
  }

  subscribe(listener: (finding: Finding) => void): () => void {
    return this.#log.addSink({ name: 'subscriber', reported: ({ finding }) => listener(finding) })
  }

  flush(): void {
    this.breaker.run(() => this.core.flush())
  }

  close(): void {
    this.flush()
    this.#plans?.close()
    this.#stop()
    this.breaker.run(() => this.core.close())
    if (!this.#isClosed && this.#statistics.hasQueries) this.#suppressions.sayUnused()
    this.#isClosed = true
  }

  #stop(): void {
    this.#detach?.()
    this.#detach = undefined
    this.core.pools.close()
  }
}
