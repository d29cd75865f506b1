// First, as what an application loads with `node --import`.

import { createInsights, type Finding, InsightsSpanProcessor } from '@pgspan/insights'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { spansTo } from '../support/upstream-spans.js'
import { type Scenario, timingKinds } from './scenario.js'
import { allScenarios } from './scenarios/all.js'
import { plainVariant } from './variant.js'
import { World } from './world.js'

const database = useTestDatabase()
const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
let world: World

beforeAll(async () => {
  world = await World.open({ ...plainVariant, n: 12, unit: 'trace', seed }, database().connectionString)
}, 60_000)
afterAll(() => world?.close())

const quick = allScenarios.filter(({ isSlow }) => !isSlow)
const found: { readonly scenario: Scenario; readonly findings: readonly Finding[] }[] = []

async function findingsOf(scenario: Scenario): Promise<readonly Finding[]> {
  const insights = createInsights()
  await scenario.seed?.(world.seeder())
  spansTo(new InsightsSpanProcessor(insights))
  await scenario.run(world)
  insights.flush()
  const findings = insights.findings()
  insights.close()
  return findings
}

test.each(quick.map((scenario) => [scenario.name, scenario] as const))(
  `somebody else’s spans of %s lead to no warning, and to nothing that is called proven (PGSPAN_SEED=${seed})`,
  async (_, scenario) => {
    if (scenario.needs?.(world) === false) return
    const findings = await findingsOf(scenario)
    found.push({ scenario, findings })
    const wanted = scenario.expected.map(({ kind }) => kind)
    const judged = findings.filter(({ kind }) => kind === 'n_plus_one' || !wanted.includes(kind))
    const wrong = judged.filter(({ kind, severity }) => kind === 'n_plus_one' || severity !== 'info')
    expect(wrong.filter(({ kind }) => !timingKinds.includes(kind))).toEqual([])
  },
)

test('nine of ten N+1s are told as repeated queries', () => {
  const positive = found.filter(({ scenario }) => scenario.expected.some(({ kind }) => kind === 'n_plus_one'))
  const told = positive.filter(({ findings }) => findings.some(({ kind }) => kind === 'repeated_query'))
  const untold = positive.filter((one) => !told.includes(one)).map(({ scenario }) => scenario.name)
  expect(told.length / positive.length, untold.join('\n')).toBeGreaterThanOrEqual(0.9)
})
