import { hookPg } from '@pgspan/instrumentation-pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planProblems, problemOf } from './support/plan-problems.js'
import { PlannedShop, plannedShop } from './support/planned-shop.js'
import { useTestDatabase } from './support/test-database.js'

hookPg()
const database = useTestDatabase(plannedShop)

describe.each(['generic', 'custom'] as const)('the main problem of a %s plan is', (mode) => {
  test.each(planProblems)('$name', async (each) => {
    const { problem, plan } = await problemOf(database().connectionString, mode, each)
    if (each.problem === undefined) expect(problem).toBeUndefined()
    else expect(problem).toMatch(each.problem)
    expect(plan).toMatch(/\(cost=\d+\.\d\d rows=\d+ width=\d+\)/)
    expect(plan).not.toMatch(/canary|4711/)
  })
})

describe('asking for plans', () => {
  let shop: PlannedShop
  beforeAll(() => {
    shop = new PlannedShop(database().connectionString, 'custom')
  })
  afterAll(() => shop.close())

  test('shows no literal of a statement', async () => {
    const plan = await shop.planOf(
      "SELECT id FROM orders WHERE note = 'canary' AND customer_id IN (4711, 815)",
    )
    expect(plan?.problem).toContain('(note = ?::text)')
    expect(JSON.stringify(plan)).not.toMatch(/canary|4711|815/)
  })

  test.each([
    'SELECT id FROM orders WHERE id = 1 FOR UPDATE',
    'WITH gone AS (DELETE FROM bumps RETURNING n) SELECT * FROM gone',
    "SELECT pg_advisory_unlock_all(), 'a;b'",
    "SELECT 'a;b' AS text",
    "UPDATE customers SET name = 'x' WHERE id = 1",
    'VALUES (1)',
    'SHOW work_mem',
  ])('is not done for %s', async (text) => {
    const { plans } = shop.insights.statistics()
    expect(await shop.planOf(text)).toBeUndefined()
    expect(shop.insights.statistics().plans).toEqual({ ...plans, skipped: plans.skipped + 1 })
  })

  test('executes nothing', async () => {
    const plan = await shop.planOf('SELECT bump() AS n')
    expect(plan?.text).toMatch(/^Result/)
    const count = 'SELECT count(*)::int AS n FROM bumps'
    await shop.planOf(count)
    const { rows } = await shop.pool.query(count)
    expect(rows).toEqual([{ n: 1 }])
  })

  test('is done once for a statement, whatever its literals', async () => {
    expect(await shop.planOf('SELECT name FROM customers WHERE id = 1')).toBeDefined()
    const { plans } = shop.insights.statistics()
    await shop.planOf('SELECT name FROM customers WHERE id = 2')
    expect(shop.insights.statistics().plans).toEqual({ ...plans, skipped: plans.skipped + 1 })
  })

  test('takes no connection of the pool, is no query of the application, and its finding is told again', async () => {
    const told: (string | undefined)[] = []
    const stop = shop.insights.subscribe((finding) => told.push(finding.plan?.mode))
    const client = await shop.pool.connect()
    const { queries } = shop.insights.statistics()
    await client.query('SELECT id FROM customers WHERE name = $1', ['x'])
    for (let n = 0; n < 500 && told.length < 2; n++) await new Promise((done) => setTimeout(done, 10))
    stop()
    expect(told).toEqual([undefined, 'custom'])
    expect(shop.insights.statistics().queries).toBe(queries + 1)
    client.release()
  })

  test('does not wait for a lock, and fails in silence', async () => {
    const { failed } = shop.insights.statistics().plans
    const client = await shop.pool.connect()
    await client.query('BEGIN; LOCK TABLE bumps IN ACCESS EXCLUSIVE MODE')
    await client.query('SELECT n FROM bumps WHERE n > $1', [5])
    for (let n = 0; n < 500 && shop.insights.statistics().plans.failed === failed; n++) {
      await new Promise((done) => setTimeout(done, 10))
    }
    expect(shop.insights.statistics().plans.failed).toBe(failed + 1)
    await client.query('ROLLBACK')
    client.release()
  })
})

test('no plan is asked for unless that was asked for by name', async () => {
  const { createInsights } = await import('@pgspan/insights')
  const insights = createInsights({ slowQueryMillis: 0.001 })
  const detach = insights.attach()
  const shop = new PlannedShop(database().connectionString, 'generic')
  await shop.planOf('SELECT name FROM customers WHERE id = $1', [3])
  expect(insights.findings()).toMatchObject([{ kind: 'slow_query', plan: undefined }])
  expect(insights.statistics().plans).toEqual({ captured: 0, failed: 0, skipped: 0 })
  detach()
  insights.close()
  await shop.close()
})
