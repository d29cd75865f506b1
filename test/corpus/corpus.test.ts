// First, as what an application loads with `node --import`.
import './instrumented.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { judge } from './judge.js'
import { runScenario } from './run-scenario.js'
import { allScenarios } from './scenarios/all.js'
import { plainVariant } from './variant.js'
import { World } from './world.js'

const database = useTestDatabase()
const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
let world: World

beforeAll(async () => {
  world = await World.open({ ...plainVariant, seed }, database().connectionString)
}, 60_000)
afterAll(() => world?.close())

describe(`what is found of each scenario is what its labels say (PGSPAN_SEED=${seed})`, () => {
  test.each(allScenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    if (scenario.isSlow || scenario.needs?.(world) === false) return
    const { judgements } = judge(await runScenario(scenario, world))
    expect(
      judgements.flatMap(({ kind, mistake }) => (mistake === undefined ? [] : [`${kind}: ${mistake}`])),
    ).toEqual([])
  })
})
