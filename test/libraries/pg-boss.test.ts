// First, as what an application loads with `node --import`.
import './support/observation.js'
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import {
  expectOfTwentyRequests,
  orphans,
  places,
  querySpans,
  request,
  slowSql,
} from './support/observation.js'
import { people } from './support/people.js'

const queue = 'mail'
const send = 'INSERT pgboss.job SELECT SELECT pgboss.queue'
const fetch = 'SELECT pgboss.job SELECT UPDATE pgboss.job'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
const errors: Error[] = []
let boss: PgBoss

beforeAll(async () => {
  boss = new PgBoss({
    connectionString: database().connectionString,
    max: 3,
    schedule: false,
    supervise: false,
  })
  boss.on('error', (error) => errors.push(error))
  await boss.start()
  await boss.createQueue(queue)
})
afterAll(async () => {
  await boss.stop()
  expect(errors).toEqual([])
})

describe('pg-boss', () => {
  test('a job is sent and fetched by one span each', async () => {
    const { result, queries } = await request(async () => {
      const id = await boss.send(queue, { to: 7 })
      const [job] = await boss.fetch<{ to: number }>(queue)
      await boss.complete(queue, job?.id ?? '')
      return job?.id === id && job?.data
    })
    expect(result).toEqual({ to: 7 })
    expect(queries).toEqual([send, fetch, 'UPDATE pgboss.job SELECT SELECT'])
  })

  test('several statements in one text make one span', async () => {
    const { queries } = await request(() => boss.createQueue('other'))
    expect(queries).toHaveLength(1)
  })

  test('a statement that fails has its SQLSTATE, and the driver’s own error', async () => {
    const { error, queries } = await request(() => boss.getDb().executeSql('SELECT 1 / $1::int', [0]))
    expect(error).toMatchObject({ name: 'error', code: '22012' })
    expect(queries).toEqual(['SELECT failed: 22012'])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const ids = await expectOfTwentyRequests([send], (number) => boss.send(queue, { to: number }))
    expect(new Set(ids).size).toBe(20)
    await boss.purgeQueue(queue)
  })

  test('jobs have traces of their own, and the polling of workers belongs to no request', async () => {
    await request(() => boss.insert([1, 2, 3].map((to) => ({ name: queue, data: { to } }))))
    const outcomes: unknown[] = []
    await new Promise<void>((resolve) => {
      boss.work<{ to: number }>(queue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
        const sql = 'SELECT id FROM person WHERE id = $1'
        const { result, queries } = await request(() => boss.getDb().executeSql(sql, [job?.data.to]))
        outcomes.push({ rows: result?.rows, queries })
        if (outcomes.length === 3) resolve()
      })
    })
    await boss.offWork(queue)
    expect(outcomes).toHaveLength(3)
    // Jobs that were added together come in any order.
    expect(outcomes).toEqual(
      expect.arrayContaining([1, 2, 3].map((id) => ({ rows: [{ id }], queries: ['SELECT person'] }))),
    )
    expect(orphans()).toContain(fetch)
    expect(orphans()).not.toContain('SELECT person')
    expect(querySpans().every(({ status }) => status.code === 0)).toBe(true)
  })

  test('a slow query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await boss.getDb().executeSql(slowSql, []) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })
})
