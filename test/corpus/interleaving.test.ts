// First, as what an application loads with `node --import`.
import './instrumented.js'
import type { Finding } from '@pgspan/insights'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../support/random.js'
import { useTestDatabase } from '../support/test-database.js'
import { observe } from './run-scenario.js'
import type { Scenario } from './scenario.js'
import { allScenarios } from './scenarios/all.js'
import { secondStrangersScenarios } from './scenarios/second-stranger/all.js'
import { strangersScenarios } from './scenarios/strangers/all.js'
import { plainVariant } from './variant.js'
import { World } from './world.js'

const database = useTestDatabase()
const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
let world: World

beforeAll(async () => {
  world = await World.open({ ...plainVariant, poolMax: 8, seed }, database().connectionString)
}, 60_000)
afterAll(() => world?.close())

// Some with tables of their own have different ones of one name.
const candidates = [
  ...allScenarios.filter(({ seed }) => !seed),
  ...strangersScenarios,
  ...secondStrangersScenarios,
]
const isRepeatable = ({ isSlow, runsAlone, name, needs }: Scenario): boolean =>
  !isSlow && !runsAlone && !name.includes('thirty') && needs?.(world) !== false
const kinds: readonly string[] = ['n_plus_one', 'duplicate_query', 'constant_fanout']

/** What was found, without figures that depend on the moment. */
function verdicts(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ unit, kind, tier, summary, source }) => `${unit}: ${kind} ${tier} ${summary} ${source?.column}`)
    .sort()
}

async function verdictsOfEach(scenarios: readonly Scenario[]): Promise<string[]> {
  const all: string[] = []
  for (const scenario of scenarios)
    all.push(...verdicts((await observe({}, () => scenario.run(world))).findings))
  return all.sort()
}

test.each([1, 2, 3])(
  `scenarios that run at once lead to what each leads to alone (round %i, PGSPAN_SEED=${seed})`,
  async (round) => {
    const chosen = new Random(seed + round).shuffled(candidates.filter(isRepeatable)).slice(0, 24)
    for (const seedTables of new Set(chosen.map((scenario) => scenario.seed)))
      await seedTables?.(world.seeder())
    const alone = await verdictsOfEach(chosen)
    const { findings } = await observe({}, async () => {
      await Promise.all(chosen.map((scenario) => scenario.run(world)))
    })
    expect(verdicts(findings)).toEqual(alone)
    expect(alone.length).toBeGreaterThan(0)
  },
)
