// First, as what an application loads with `node --import`.
import './support/observation.js'
import {
  createPool,
  type DatabasePool,
  type DatabaseTransactionConnection,
  sql,
  UniqueIntegrityConstraintViolationError,
} from 'slonik'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request, tolerate } from './support/observation.js'
import { people } from './support/people.js'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let db: DatabasePool

beforeAll(async () => {
  db = await createPool(database().connectionString, { maximumPoolSize: 3 })
})
afterAll(() => db.end())

// Slonik has spans of its own, and writes to those of waiting requests after it has ended them.
tolerate(/Cannot execute the operation on ended Span/)

const personById = (id: number) => db.one(sql.unsafe`SELECT * FROM person WHERE id = ${id}`)

/** Slonik has a pool of its own, and cleans a connection before it gives it back. */
describe('Slonik', () => {
  test('a query makes one span, and so does Slonik’s cleaning', async () => {
    const { result, queries } = await request(() => personById(7))
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['SELECT person', 'DISCARD'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      db.transaction(async (tx) => {
        await tx.query(sql.unsafe`INSERT INTO person VALUES (${100}, ${'new'})`)
        return tx.oneFirst(sql.unsafe`SELECT count(*)::int FROM person WHERE id = ${100}`)
      }),
    )
    expect(result).toBe(1)
    expect(queries).toEqual(['START', 'INSERT person', 'SELECT person', 'COMMIT', 'DISCARD'])
  })

  test('a transaction that fails is rolled back, and its error is Slonik’s own', async () => {
    const { error, queries } = await request(() =>
      db.transaction((tx) => tx.query(sql.unsafe`INSERT INTO person VALUES (${1}, ${'again'})`)),
    )
    expect(error).toBeInstanceOf(UniqueIntegrityConstraintViolationError)
    expect(error).toMatchObject({ constraint: 'person_pkey', table: 'person', cause: { code: '23505' } })
    expect(queries).toEqual(['START', 'INSERT person failed: 23505', 'ROLLBACK'])
  })

  test('a stream makes one span with its rows', async () => {
    const { queries, spans } = await request(() =>
      db.stream(sql.unsafe`SELECT * FROM purchase`, (stream) => stream.resume()),
    )
    expect(queries).toEqual(['SELECT purchase', 'DISCARD'])
    expect(spans[0]?.attributes).toMatchObject({ 'db.response.returned_rows': 24 })
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const queries = ['SELECT person', 'DISCARD', 'SELECT purchase', 'DISCARD']
    const results = await expectOfTwentyRequests(queries, async (number) => {
      const id = 1 + (number % 12)
      const found = await personById(id)
      const purchases = await db.any(sql.unsafe`SELECT * FROM purchase WHERE person_id = ${id}`)
      return [id, found.id, purchases.length]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(['START', 'SELECT person', 'COMMIT', 'DISCARD'], (number) =>
      db.transaction((tx) => tx.any(sql.unsafe`SELECT * FROM person WHERE id = ${number}`)),
    )
  })

  test('a slow query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await db.any(sql.unsafe`SELECT pg_sleep(0.15)`) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    async function work(tx: DatabaseTransactionConnection) {
      await tx.any(sql.unsafe`SELECT pg_sleep(0.15)`) // ← slow in transaction
    }
    await request(() => db.transaction(work))
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a loop of queries is a proven N+1, with its line', async () => {
    async function loadBuyers() {
      const purchases = await db.any(sql.unsafe`SELECT * FROM purchase LIMIT 8`)
      for (const { person_id } of purchases) await personById(person_id) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([{ tier: 'proven' }])
  })
})
