import { createInsights, type Finding, type InsightsOptions } from '@pgspan/insights'
import { processState } from '@pgspan/lifecycle'
import type { Outcome, Scenario } from './scenario.js'
import { describeVariant } from './variant.js'
import type { World } from './world.js'

/** Seeds and runs a scenario under insights of its own, and says what they found. */
export async function runScenario(
  scenario: Scenario,
  world: World,
  options: InsightsOptions = {},
): Promise<Outcome> {
  await scenario.seed?.(world.seeder())
  const observed = await observe(options, async () => {
    const requests = scenario.runsAlone ? 1 : world.variant.requests
    await Promise.all(Array.from({ length: requests }, () => scenario.run(world)))
  })
  return { scenario, variant: describeVariant(world.variant), n: world.n, ...observed }
}

/** Runs `work` under insights of its own. */
export async function observe(
  options: InsightsOptions,
  work: () => Promise<unknown>,
): Promise<{ findings: readonly Finding[]; detectedAt: ReadonlyMap<string, number> }> {
  const insights = createInsights(options)
  const detectedAt = new Map<string, number>()
  const note = (): void => {
    for (const { id, evidence } of insights.findings()) {
      if (!detectedAt.has(id)) detectedAt.set(id, evidence.count)
    }
  }
  // Attached before insights, and so told of a query's end after them.
  const stopNoting = processState().dispatcher.attach({ name: 'corpus', querySettled: note })
  const stop = insights.attach()
  try {
    await work()
    // Call sites and late spans arrive when the event loop turns.
    await new Promise((resolve) => setImmediate(resolve))
    insights.flush()
    note()
    return { findings: insights.findings(), detectedAt }
  } finally {
    stop()
    stopNoting()
    insights.close()
  }
}
