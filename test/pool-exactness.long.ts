import { instrumentPool } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { loadOldestDriver } from './support/drivers.js'
import { driveExactly } from './support/exactness.js'
import { seedOr } from './support/random.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const first = seedOr(Date.now() % 100_000)

afterEach(() => vi.useRealTimers())

test(`so does every figure of pg 8.11 and pg-pool 3.6 (PGSPAN_SEED=${first})`, async () => {
  const { connectionString, name } = database()
  const { Client, Pool } = loadOldestDriver()
  // Not the module that hooks know by its name.
  const makePool = (options: pg.PoolConfig): pg.Pool => instrumentPool(new Pool({ ...options, Client }))
  const { differences } = await driveExactly(connectionString, name, 500, first, { makePool })
  expect(differences).toEqual([])
}, 120_000)

test.each(Array.from({ length: 4 }, (_, n) => first + n))(
  'every figure of three pools equals a model after each of 1,000 random steps (PGSPAN_SEED=%i)',
  async (seed) => {
    const { connectionString, name } = database()
    const { differences, comparisons } = await driveExactly(connectionString, name, 1_000, seed)
    expect(differences).toEqual([])
    expect(comparisons).toBeGreaterThan(40_000)
  },
  120_000,
)
