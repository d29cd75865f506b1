// First, as what an application loads with `node --import`.
import './support/observation.js'
import { createRequire } from 'node:module'
import pg from 'pg'
import pgPromise, { type IDatabase, type ITask } from 'pg-promise'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request, slowSql } from './support/observation.js'
import { people } from './support/people.js'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
const pgp = pgPromise()
let db: IDatabase<object>

beforeAll(() => {
  db = pgp({ connectionString: database().connectionString, max: 3 })
})
afterAll(() => pgp.end())

const personById = (id: number, on: IDatabase<object> | ITask<object> = db) =>
  on.one<{ id: number; name: string }>('SELECT * FROM person WHERE id = $1', [id])

/** pg-promise brings its own copy of the driver, and writes values into the text. */
describe('pg-promise', () => {
  test('works with a copy of pg that is not the application’s', async () => {
    const { version } = createRequire(createRequire(import.meta.url).resolve('pg-promise'))('pg/package.json')
    expect(pgp.pg).not.toBe(pg)
    expect(version).toBe('8.23.0')
    const application = new pg.Client({ connectionString: database().connectionString })
    const { queries } = await request(async () => {
      await application.connect()
      await Promise.all([personById(7), application.query('SELECT 1')])
      await application.end()
    })
    expect([...queries].sort()).toEqual(['SELECT', 'SELECT person'])
  })

  test('a query makes one span, without the values that pg-promise wrote into it', async () => {
    const { result, queries, spans } = await request(() => personById(7))
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['SELECT person'])
    expect(spans[0]?.attributes['db.query.text']).toBe('SELECT * FROM person WHERE id = ?')
  })

  test('a prepared statement makes one span with its name', async () => {
    const statement = new pgp.PreparedStatement({
      name: 'person_by_id',
      text: 'SELECT * FROM person WHERE id = $1',
    })
    const { spans } = await request(() => db.one(statement, [7]))
    expect(spans.map(({ attributes }) => attributes['pgspan.statement.name'])).toEqual(['person_by_id'])
  })

  test('a transaction that commits makes a span of each statement, savepoints included', async () => {
    const { result, queries } = await request(() =>
      db.tx(async (tx) => {
        await tx.none('INSERT INTO person VALUES ($1, $2)', [100, 'new'])
        return tx.tx((nested) => nested.one('SELECT count(*)::int FROM person WHERE id = $1', 100))
      }),
    )
    expect(result).toEqual({ count: 1 })
    expect(queries).toEqual(['begin', 'INSERT person', 'savepoint', 'SELECT person', 'release', 'commit'])
  })

  test('a transaction that fails is rolled back, and its error is pg-promise’s own', async () => {
    const { error, queries } = await request(() =>
      db.tx((tx) => tx.none('INSERT INTO person VALUES ($1, $2)', [1, 'again'])),
    )
    expect(error).toMatchObject({ code: '23505', query: "INSERT INTO person VALUES (1, 'again')" })
    expect(queries).toEqual(['begin', 'INSERT person failed: 23505', 'rollback'])
  })

  test('a result of the wrong size is pg-promise’s error, not the query’s', async () => {
    const { error, queries } = await request(() => personById(999))
    expect(error).toBeInstanceOf(pgp.errors.QueryResultError)
    expect(queries).toEqual(['SELECT person'])
  })

  test('a stream makes one span with its rows', async () => {
    const { result, spans } = await request(() =>
      db.stream(new QueryStream('SELECT * FROM purchase', []), (stream) => stream.resume()),
    )
    expect(result).toMatchObject({ processed: 24 })
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([{ 'db.response.returned_rows': 24 }])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['SELECT person', 'SELECT purchase'], async (number) => {
      const id = 1 + (number % 12)
      const found = await personById(id)
      const purchases = await db.any('SELECT * FROM purchase WHERE person_id = $1', id)
      return [id, found.id, purchases.length]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(['begin', 'SELECT person', 'commit'], (number) =>
      db.tx((tx) => personById(1 + (number % 12), tx)),
    )
  })

  test('a slow query is found at the line that awaits it, from its second time on', async () => {
    async function loadSlowly() {
      await db.any(slowSql) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{}])
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    async function work(tx: ITask<object>) {
      await tx.any(slowSql) // ← slow in transaction
    }
    await request(() => db.tx(work))
    await request(() => db.tx(work))
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'Task.work' }])
  })

  test('a loop of queries is a proven N+1, with its line', async () => {
    async function loadBuyers() {
      const purchases = await db.any<{ person_id: number }>('SELECT * FROM purchase LIMIT 8')
      for (const { person_id } of purchases) await personById(person_id) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([{ tier: 'proven', callSite: { library: 'pg-promise' } }])
  })
})
