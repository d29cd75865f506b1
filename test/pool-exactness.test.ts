import { afterEach, expect, test, vi } from 'vitest'
import { driveExactly } from './support/exactness.js'
import { seedOr } from './support/random.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const seed = seedOr(20_261)

afterEach(() => vi.useRealTimers())

test(`every figure of three pools equals a model after each of 500 random steps (PGSPAN_SEED=${seed})`, async () => {
  const { connectionString, name } = database()
  const { differences, actions, comparisons } = await driveExactly(connectionString, name, 500, seed)
  expect(differences).toEqual([])
  expect(comparisons).toBeGreaterThan(20_000)
  expect(Object.keys(actions).sort()).toEqual(
    [
      'break',
      'connect',
      'end',
      'fail',
      'killHeld',
      'killIdle',
      'query',
      'release',
      'releaseAgain',
      'use',
      'wait',
    ].sort(),
  )
}, 120_000)
