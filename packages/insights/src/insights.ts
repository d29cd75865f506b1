import {
  followHttpRequests,
  followTraces,
  type Observer,
  processState,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { CircuitBreaker } from './circuit-breaker.js'
import { createDetectors } from './detectors/all.js'
import type { Finding } from './finding.js'
import { FindingLog } from './finding-log.js'
import { InsightsCore } from './insights-core.js'
import { type InsightsOptions, resolveOptions } from './insights-options.js'
import { LifecycleFeed } from './lifecycle-feed.js'
import { createConsoleSink } from './sinks/console-sink.js'
import { LogEventSink } from './sinks/log-event-sink.js'
import { MetricSink } from './sinks/metric-sink.js'
import { RootSpanSink } from './sinks/root-span-sink.js'
import { SpanFeed } from './span-feed.js'
import type { InsightsStatistics } from './statistics.js'
import { StatisticsCollector } from './statistics-collector.js'
import type { SuppressionStatus } from './suppression/suppression.js'
import { Suppressions } from './suppression/suppressions.js'

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
  /** The entries of the suppressions file, and how often each was of use. */
  suppressions(): readonly SuppressionStatus[]
  /**
   * Calls `listener` for every finding when it is new in this process, and when it was seen 2, 4, 8 … times: when the
   * unit of work ends, or within ten seconds if it lasts longer. At most ten per second. What it throws is reported
   * once. Returns the function that ends it.
   */
  subscribe(listener: (finding: Finding) => void): () => void
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
  readonly #statistics: StatisticsCollector = new StatisticsCollector()
  #attachments = 0
  #isClosed = false
  #detach: (() => void) | undefined = undefined

  constructor(options: InsightsOptions) {
    const settings = resolveOptions(options)
    this.#suppressions = new Suppressions(settings.suppressions)
    this.#log = new FindingLog(this.#suppressions)
    this.core = new InsightsCore(createDetectors(settings), this.#log, this.#statistics, this.breaker)
    this.observer = new LifecycleFeed(this.core, this.breaker)
    this.spans = new SpanFeed(this.core)
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

  subscribe(listener: (finding: Finding) => void): () => void {
    return this.#log.addSink({ name: 'subscriber', reported: ({ finding }) => listener(finding) })
  }

  flush(): void {
    this.breaker.run(() => this.core.flush())
  }

  close(): void {
    this.flush()
    this.#stop()
    this.breaker.run(() => this.core.close())
    if (!this.#isClosed && this.#statistics.hasQueries) this.#suppressions.sayUnused()
    this.#isClosed = true
  }

  #stop(): void {
    this.#detach?.()
    this.#detach = undefined
  }
}
