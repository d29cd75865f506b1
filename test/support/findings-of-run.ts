import {
  createInsights,
  type Finding,
  type FindingKind,
  type Insights,
  type InsightsOptions,
} from '@pgspan/insights'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { afterAll } from 'vitest'

/** Insights of this process, and what they find in runs of their own. */
export interface FindingsOfRuns {
  readonly insights: Insights
  /**
   * Runs `work` as a job of a name of its own, and returns what was found in it, of these kinds only: a busy machine
   * makes others.
   */
  foundIn(work: () => Promise<unknown>, ...kinds: FindingKind[]): Promise<readonly Finding[]>
  /** The same for several jobs of one name. */
  foundInEach(
    works: readonly (() => Promise<unknown>)[],
    ...kinds: FindingKind[]
  ): Promise<readonly Finding[]>
}

/** @param options of insights that find in jobs what they usually find in requests only. */
export function useFindings(options: InsightsOptions = {}): FindingsOfRuns {
  const insights = createInsights({ chattyQueries: 50, largeResultRows: 1_000, ...options })
  const detach = insights.attach()
  afterAll(() => {
    detach()
    insights.close()
  })
  let runs = 0
  const foundInEach: FindingsOfRuns['foundInEach'] = async (works, ...kinds) => {
    const name = `run ${++runs}`
    for (const work of works) await runInUnitOfWork(name, work)
    insights.flush()
    return insights.findings().filter(({ unit, kind }) => unit === name && kinds.includes(kind))
  }
  return { insights, foundInEach, foundIn: (work, ...kinds) => foundInEach([work], ...kinds) }
}
