// First, as what an application loads with `node --import`.
import './instrumented.js'
import { expect, test } from 'vitest'
import { makeTestDatabase } from '../support/test-database.js'
import { reportOn } from './report.js'
import { runVariant } from './run-variant.js'
import { allScenarios } from './scenarios/all.js'
import { traceShareWithSdk3 } from './trace-share-3.js'
import { plainVariant } from './variant.js'

const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
const quick = allScenarios.filter(({ isSlow }) => !isSlow)

test.each([1, 0] as const)(
  `with an SDK 3.x that samples %d of all traces nothing else is found (PGSPAN_SEED=${seed})`,
  async (sampled) => {
    const database = await makeTestDatabase()
    try {
      const variant = { ...plainVariant, unit: 'trace', sampled, seed } as const
      const verdicts = await runVariant(variant, quick, database.connectionString, traceShareWithSdk3)
      expect(reportOn(verdicts).mistakes).toEqual([])
      expect(verdicts.length).toBeGreaterThan(100)
    } finally {
      await database.drop()
    }
  },
)
