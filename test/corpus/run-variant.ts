import { traceNothing, traceShare } from '../support/trace-share.js'
import { judge, type Verdict } from './judge.js'
import { runScenario } from './run-scenario.js'
import type { Scenario } from './scenario.js'
import { describeVariant, type Variant } from './variant.js'
import { World } from './world.js'

const patienceMillis = 60_000

/**
 * Runs scenarios in a world of this variant, in a database that is there for it alone.
 *
 * @param startTracing registers an SDK that samples this share of traces; 2.x by default.
 */
export async function runVariant(
  variant: Variant,
  scenarios: readonly Scenario[],
  database: string,
  startTracing: (share: number) => void = traceShare,
): Promise<readonly Verdict[]> {
  if (variant.unit === 'trace') startTracing(variant.sampled)
  else traceNothing()
  const world = await World.open(variant, database)
  try {
    const verdicts: Verdict[] = []
    for (const scenario of scenarios) {
      if (scenario.needs?.(world) === false) continue
      verdicts.push(
        judge(await inTime(runScenario(scenario, world), `${scenario.name} (${describeVariant(variant)})`)),
      )
    }
    return verdicts
  } finally {
    await world.close()
    traceNothing()
  }
}

async function inTime<Result>(work: Promise<Result>, name: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after a minute: ${name}`)), patienceMillis)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
