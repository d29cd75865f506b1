// First, as what an application loads with `node --import`.
import './instrumented.js'
import { expect, test } from 'vitest'
import { makeTestDatabase } from '../support/test-database.js'
import type { Verdict } from './judge.js'
import { runVariant } from './run-variant.js'
import { allScenarios } from './scenarios/all.js'
import { secondStrangersScenarios } from './scenarios/second-stranger/all.js'
import { strangersScenarios } from './scenarios/strangers/all.js'
import { plainVariant } from './variant.js'

const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
const kinds: readonly string[] = ['n_plus_one', 'duplicate_query', 'write_loop', 'autocommit_loop']

/** What was found of each scenario; the tier only where the labels leave no choice. */
function summaryOf(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ outcome: { scenario, findings } }) => {
    const isCertain = scenario.expected.every(({ tiers }) => (tiers?.length ?? 1) === 1)
    return findings
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, tier, summary }) => `${scenario.name}: ${kind} ${isCertain ? tier : ''} ${summary}`)
      .sort()
  })
}

// Tables of some have the names of others': each list has databases of its own.
test.each([
  ['our own', allScenarios],
  ['strangers’', strangersScenarios],
  ['a second stranger’s', secondStrangersScenarios],
] as const)(
  `other ids lead to no other verdicts of %s scenarios (PGSPAN_SEED=${seed})`,
  async (_, scenarios) => {
    const quick = scenarios.filter(({ isSlow }) => !isSlow)
    const summaries: string[][] = []
    for (const change of [0, 1, 2]) {
      const database = await makeTestDatabase()
      try {
        const variant = { ...plainVariant, seed: seed + change }
        summaries.push(summaryOf(await runVariant(variant, quick, database.connectionString)))
      } finally {
        await database.drop()
      }
    }
    const [first, ...others] = summaries
    for (const other of others) expect(other).toEqual(first)
  },
)
