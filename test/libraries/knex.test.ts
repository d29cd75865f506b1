// First, as what an application loads with `node --import`.
import './support/observation.js'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import {
  expectOfTwentyRequests,
  findings,
  places,
  request,
  slowSql,
  tolerate,
} from './support/observation.js'
import { people } from './support/people.js'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let db: Knex

beforeAll(() => {
  db = knex({ client: 'pg', connection: database().connectionString, pool: { min: 0, max: 3 } })
})
afterAll(() => db.destroy())

const personById = (id: number) => db('person').where({ id })

// Also without instrumentation: Knex gives the connection of a stream back before the server is ready for the next query.
tolerate(/Calling client\.query\(\) when the client is already executing a query is deprecated/)

/** Knex has a pool of its own, tarn, and gives the driver callbacks. */
describe('Knex', () => {
  test('the first request also pays for what Knex asks a new server', async () => {
    const { queries } = await request(() => db.raw('SELECT 1'))
    expect(queries).toEqual(['select', 'SELECT'])
  })

  test('a select makes one span', async () => {
    const { result, queries } = await request(() => personById(7))
    expect(result).toEqual([{ id: 7, name: 'person 7' }])
    expect(queries).toEqual(['select "person"'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      db.transaction((tx) => tx('person').insert({ id: 100, name: 'new' }, ['id'])),
    )
    expect(result).toEqual([{ id: 100 }])
    expect(queries).toEqual(['BEGIN', 'insert "person"', 'COMMIT'])
  })

  test('a transaction that fails is rolled back, and its error is Knex’s own', async () => {
    const { error, queries } = await request(() =>
      db.transaction((tx) => tx('person').insert({ id: 1, name: 'again' })),
    )
    expect(error).toMatchObject({
      name: 'error',
      message:
        'insert into "person" ("id", "name") values ($1, $2) - duplicate key value violates unique constraint "person_pkey"',
      code: '23505',
    })
    expect(queries).toEqual(['BEGIN', 'insert "person" failed: 23505', 'ROLLBACK'])
  })

  test('a stream makes one span with its rows', async () => {
    const { result, spans } = await request(async () => {
      let rows = 0
      for await (const _row of db('purchase').stream({ batchSize: 10 })) rows++
      return rows
    })
    expect(result).toBe(24)
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([{ 'db.response.returned_rows': 24 }])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['select "person"', 'select "purchase"'], async (number) => {
      const id = 1 + (number % 12)
      const [found] = await personById(id)
      const purchases = await db('purchase').where({ person_id: id })
      return [id, found?.id, purchases.length]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions and streams on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(
      ['BEGIN', 'select "person"', 'COMMIT', 'select "purchase"'],
      async (number) => {
        await db.transaction((tx) => tx('person').where({ id: number }))
        for await (const _row of db('purchase').stream());
      },
    )
  })

  test('a slow query is found at the line that awaits it, from its second time on', async () => {
    async function loadSlowly() {
      await db.raw(slowSql) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{}])
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    async function work(tx: Knex.Transaction) {
      await tx('person').select(db.raw('pg_sleep(0.15)')).limit(1) // ← slow in transaction
    }
    await request(() => db.transaction(work))
    await request(() => db.transaction(work))
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a loop of selects is a proven N+1, with its line and Knex’s fix, at once', async () => {
    async function loadBuyers() {
      const purchases = await db('purchase').limit(8)
      for (const { person_id } of purchases) await personById(person_id) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      { tier: 'proven', source: { column: 'purchase.person_id' }, fix: expect.stringContaining('.whereIn') },
    ])
  })

  test('a loop over ids from elsewhere is an N+1 by its one line, at its second time at the latest', async () => {
    async function loadGiven() {
      for (const id of [3, 11, 5, 2, 7, 8]) await db('person').pluck('name').where({ id }) // ← given ids
    }
    await request(loadGiven)
    await request(loadGiven)
    expect(findings('n_plus_one')).toMatchObject([{ tier: 'strong' }])
    expect(places('n_plus_one')).toEqual([{ ...lineOf('given ids'), functionName: 'loadGiven' }])
  })
})
