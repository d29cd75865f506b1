import { homedir } from 'node:os'
import type { FamilyStatistics, Finding, RecentUnit, RecentUnitDetails } from '@pgspan/insights'
import { explainStatement, type FindingPlan } from '@pgspan/insights'
import type { InspectorSettings } from './inspector-options.js'
import type { PoolTimeline, PoolTimelineView } from './pool-timeline.js'
import type { StatementRates } from './statement-rates.js'

const maximumUnits = 1_000
const maximumStatements = 200

/** What the page shows at its head, and what it needs to make links. */
export interface Overview {
  /** The name of the process's folder, and its id. */
  readonly service: string
  readonly processId: number
  /** Absolute: what paths of findings are relative to. */
  readonly root: string
  /** ISO time. */
  readonly since: string
  readonly queries: number
  readonly failedQueries: number
  readonly units: number
  readonly p50Millis: number
  readonly p95Millis: number
  readonly findings: number
  readonly traceLinks: Readonly<Record<string, string>>
  readonly editorLink: string
}

/** A request, job or trace with its queries and findings. */
export interface UnitPage extends RecentUnitDetails {
  readonly found: readonly Finding[]
}

/** A statement with its executions in the last ten minutes, in steps of ten seconds. */
export interface StatementRow extends FamilyStatistics {
  readonly rates: readonly number[] | undefined
}

/** Everything that the page shows, as plain data. */
export class PageData {
  readonly #settings: InspectorSettings
  readonly #pools: PoolTimeline
  readonly #rates: StatementRates

  constructor(settings: InspectorSettings, pools: PoolTimeline, rates: StatementRates) {
    this.#settings = settings
    this.#pools = pools
    this.#rates = rates
  }

  overview(): Overview {
    const { insights, traceLinks, editorLink } = this.#settings
    const { since, queries, failedQueries, units, p50Millis, p95Millis } = insights.statistics()
    const root = process.cwd()
    return {
      service: process.env.OTEL_SERVICE_NAME || root.replace(homedir(), '~').split('/').at(-1) || 'service',
      processId: process.pid,
      root,
      since,
      queries,
      failedQueries: Object.values(failedQueries).reduce((sum, count) => sum + count, 0),
      units,
      p50Millis,
      p95Millis,
      findings: insights.findings().length,
      traceLinks,
      editorLink,
    }
  }

  units(limit: number): readonly RecentUnit[] {
    return this.#settings.insights.recentUnits(Math.min(limit, maximumUnits))
  }

  unit(number: number): UnitPage | undefined {
    const { insights } = this.#settings
    const unit = insights.recentUnit(number)
    if (unit === undefined) return undefined
    const ids = new Set(unit.findings)
    return { ...unit, found: insights.findings().filter(({ id }) => ids.has(id)) }
  }

  findings(): readonly Finding[] {
    return this.#settings.insights.findings()
  }

  statements(): readonly StatementRow[] {
    return this.#settings.insights
      .statistics()
      .families.slice(0, maximumStatements)
      .map((family) => ({ ...family, rates: this.#rates.ratesOf(family.fingerprint) }))
  }

  /** Undefined for a statement whose text is not known; rejects with a `NoPlanError`. */
  explain(fingerprint: string): Promise<FindingPlan> | undefined {
    const example = this.#rates.exampleOf(fingerprint)
    return example && explainStatement(example.pool, example.shape, example.text)
  }

  pools(): readonly PoolTimelineView[] {
    return this.#pools.views()
  }
}
