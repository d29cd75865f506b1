import { afterEach, expect, test, vi } from 'vitest'
import { driveExactly } from './support/exactness.js'
import { seedOr } from './support/random.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const first = seedOr(Date.now() % 100_000)

afterEach(() => vi.useRealTimers())

test.each(Array.from({ length: 6 }, (_, n) => first + n))(
  'every figure of three pools equals a model after each of 1,000 random steps (PGSPAN_SEED=%i)',
  async (seed) => {
    const { connectionString, name } = database()
    const { differences, comparisons } = await driveExactly(connectionString, name, 1_000, seed)
    expect(differences).toEqual([])
    expect(comparisons).toBeGreaterThan(40_000)
  },
  120_000,
)
