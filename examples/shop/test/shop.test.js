// @ts-check
// Before the shop, so that the driver is watched from the start.
import { fileURLToPath } from 'node:url'
import {
  expectConstantQueries,
  expectNoFindings,
  expectNoNPlusOne,
  expectQueryCount,
  openBaseline,
} from '@pgspan/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../../../test/support/test-database.js'
import planted from '../faults.json' with { type: 'json' }
import { seedShop } from '../src/database/seed.js'
import { startShop } from '../src/server.js'

const readRoutes = [
  '/health',
  '/products?category=5003',
  '/products/200007',
  '/categories',
  '/brands',
  '/customers/10007',
  '/orders/recent',
  '/orders/3000007',
  '/reports/sales',
  '/reports/loyal-customers',
]

const databases = { faulty: useTestDatabase(), fixed: useTestDatabase() }
/** @type {Record<'faulty' | 'fixed', { url: string, close(): Promise<void> }>} */
const shops = /** @type {any} */ ({})

for (const variant of /** @type {const} */ (['faulty', 'fixed'])) {
  beforeAll(async () => {
    const { connectionString } = databases[variant]()
    const fixed = variant === 'fixed'
    await seedShop({ connectionString, fixed })
    shops[variant] = await startShop({ connectionString, fixed })
  }, 60_000)
  afterAll(() => shops[variant]?.close())
}

/**
 * @param {'faulty' | 'fixed'} variant
 * @param {string} path
 */
async function get(variant, path) {
  const response = await fetch(`${shops[variant].url}${path}`)
  return { status: response.status, body: await response.json() }
}

describe('the fixed shop', () => {
  test.each(readRoutes)('GET %s does nothing to the database that is worth a warning', async (path) => {
    await expectNoFindings(() => get('fixed', path))
  })

  test.each(readRoutes)('GET %s gives the same answer as the faulty one', async (path) => {
    expect(await get('fixed', path)).toEqual(await get('faulty', path))
  })

  test('GET /orders/recent makes two queries, whatever the number of orders', async () => {
    await expectQueryCount(2, () => get('fixed', '/orders/recent'))
  })
})

test('GET /orders makes as many queries for twenty orders as for one', async () => {
  const idsOf = (/** @type {number} */ size) => Array.from({ length: size }, (_, n) => 3_000_001 + n)
  const answers = await expectConstantQueries([1, 5, 20], (size) =>
    get('fixed', `/orders?ids=${idsOf(size)}`),
  )
  expect(answers.map(({ body }) => body.length)).toEqual([1, 5, 20])
})

describe('the faulty shop', () => {
  // Written with PGSPAN_UPDATE_BASELINE=1.
  const baseline = openBaseline(fileURLToPath(new URL('known-findings.json', import.meta.url)))

  // A busy machine makes queries slow and lets requests wait.
  const options = {
    baseline,
    slowQueryMillis: /** @type {const} */ (false),
    poolWaitMillis: /** @type {const} */ (false),
  }

  test.each(readRoutes)('GET %s has no faults but those that are known', async (path) => {
    await expectNoFindings(() => get('faulty', path), options)
  })

  test('has lost none of the faults that are known', () => {
    expect(baseline.close()).toEqual([])
  })

  const loops = planted.faults.filter(({ kind }) => kind === 'n_plus_one')

  test.each(loops)(
    '$route fails the expectation, with source, line and fix',
    async ({ route, file, line, source }) => {
      const failure = await expectNoNPlusOne(() => get('faulty', route.replace('GET ', ''))).catch(
        (error) => error,
      )
      expect(failure.message).toContain(`n_plus_one (proven) in ${route}`)
      expect(failure.message).toContain(`values from ${source}`)
      expect(failure.message).toContain(`${file}:${line}`)
      expect(failure.message).toContain('fix: ')
    },
  )

  test('GET /orders/recent makes thirteen queries', async () => {
    await expectQueryCount({ atLeast: 9, atMost: 13 }, () => get('faulty', '/orders/recent'))
    await expect(expectQueryCount(2, () => get('faulty', '/orders/recent'))).rejects.toThrow(
      /13 queries, expected 2/,
    )
  })
})
