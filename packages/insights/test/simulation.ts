import { UnitOfWork } from '@pgspan/lifecycle'
import { onTestFinished, vi } from 'vitest'
import type { Finding, FindingKind } from '../src/findings/finding.js'
import { createInsights, type Insights } from '../src/insights.js'
import type { InsightsOptions } from '../src/insights-options.js'
import { SimulatedDatabase } from './simulated-database.js'

export interface Simulation {
  readonly insights: Insights
  readonly db: SimulatedDatabase
  /** The unit of work that queries run in. */
  readonly unit: UnitOfWork
  /** The only finding of a kind; undefined if there is none. Several are an error. */
  finding(kind: FindingKind): Finding | undefined
  kinds(): readonly FindingKind[]
}

/** Insights that observe a simulated database in one unit of work, until the test is over. */
export function simulate(options: InsightsOptions = {}): Simulation {
  const insights = createInsights(options)
  const db = new SimulatedDatabase(insights.observer)
  const unit = new UnitOfWork('http', 'GET /orders')
  db.unit = unit
  onTestFinished(() => {
    insights.close()
    vi.restoreAllMocks()
  })
  return {
    insights,
    db,
    unit,
    finding(kind) {
      const found = insights.findings().filter((finding) => finding.kind === kind)
      if (found.length > 1) throw new Error(`${found.length} findings of kind ${kind}`)
      return found[0]
    },
    kinds: () => insights.findings().map(({ kind }) => kind),
  }
}
