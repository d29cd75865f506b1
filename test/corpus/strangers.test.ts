// First, as what an application loads with `node --import`.
import './instrumented.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../support/random.js'
import { useTestDatabase } from '../support/test-database.js'
import { judge } from './judge.js'
import { runScenario } from './run-scenario.js'
import { secondStrangersScenarios } from './scenarios/second-stranger/all.js'
import { strangersScenarios } from './scenarios/strangers/all.js'
import { plainVariant } from './variant.js'
import { World } from './world.js'

const database = useTestDatabase()
const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
let world: World

beforeAll(async () => {
  world = await World.open({ ...plainVariant, seed }, database().connectionString)
}, 60_000)
afterAll(() => world?.close())

const quick = strangersScenarios.filter(({ isSlow }) => !isSlow)
const random = new Random(seed)
/** Others each time; `strangers.long.ts` runs all. */
const some = [
  ...random.shuffled(quick).slice(0, 40),
  ...random.shuffled(secondStrangersScenarios).slice(0, 10),
]

describe(`what is found of a stranger’s scenario is what its labels say (PGSPAN_SEED=${seed})`, () => {
  test.each(some.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    if (scenario.needs?.(world) === false) return
    const { judgements } = judge(await runScenario(scenario, world))
    expect(
      judgements.flatMap(({ kind, mistake }) => (mistake === undefined ? [] : [`${kind}: ${mistake}`])),
    ).toEqual([])
  })
})
