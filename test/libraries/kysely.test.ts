// First, as what an application loads with `node --import`.
import './support/observation.js'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request } from './support/observation.js'
import { people } from './support/people.js'

interface Schema {
  readonly person: { readonly id: number; readonly name: string }
  readonly purchase: { readonly id: number; readonly person_id: number; readonly amount: number }
}
const sleep = sql`pg_sleep(0.15)`

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let db: Kysely<Schema>

beforeAll(() => {
  const pool = new pg.Pool({ connectionString: database().connectionString, max: 3 })
  db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
})
afterAll(() => db.destroy())

const personById = (id: number) => db.selectFrom('person').selectAll().where('id', '=', id)

describe('Kysely', () => {
  test('a select makes one span', async () => {
    const { result, queries } = await request(() => personById(7).executeTakeFirst())
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['select "person"'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      db.transaction().execute(async (tx) => {
        const inserted = await tx.insertInto('person').values({ id: 100, name: 'new' }).executeTakeFirst()
        return inserted.numInsertedOrUpdatedRows
      }),
    )
    expect(result).toBe(1n)
    expect(queries).toEqual(['begin', 'insert "person"', 'commit'])
  })

  test('a transaction that fails is rolled back, and its error is the driver’s own', async () => {
    const { error, queries } = await request(() =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('person').values({ id: 1, name: 'again' }).execute()
      }),
    )
    expect(error).toMatchObject({ name: 'error', code: '23505', constraint: 'person_pkey' })
    expect((error as Error).stack).toContain('kysely.test.ts')
    expect(queries).toEqual(['begin', 'insert "person" failed: 23505', 'rollback'])
  })

  test('a stream makes one span with its rows, and one that is left early says so', async () => {
    const { result, spans } = await request(async () => {
      let rows = 0
      for await (const _row of db.selectFrom('purchase').selectAll().stream(10)) rows++
      for await (const _row of db.selectFrom('purchase').selectAll().stream(10)) break
      return rows
    })
    expect(result).toBe(24)
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([
      { 'db.response.returned_rows': 24, 'pgspan.fetch_rounds': 3 },
      { 'db.response.returned_rows': 10, 'pgspan.abandoned': true },
    ])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['select "person"', 'select "purchase"'], async (number) => {
      const id = 1 + (number % 12)
      const found = await personById(id).executeTakeFirst()
      const purchases = await db.selectFrom('purchase').selectAll().where('person_id', '=', id).execute()
      return [id, found?.id, purchases.length]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions and streams on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(
      ['begin', 'select "person"', 'commit', 'select "purchase"'],
      async (number) => {
        await db
          .transaction()
          .execute((tx) => tx.selectFrom('person').selectAll().where('id', '=', number).execute())
        for await (const _row of db.selectFrom('purchase').selectAll().stream(10));
      },
    )
  })

  test('a slow query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await db.selectFrom('person').select(sleep.as('slept')).limit(1).execute() // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    await request(() =>
      db.transaction().execute(async function work(tx) {
        await sql`SELECT ${sleep}`.execute(tx) // ← slow in transaction
      }),
    )
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a slow stream is found at the line that reads it, from its second time on', async () => {
    async function readSlowly() {
      for await (const _row of db.selectFrom('person').select(sleep.as('slept')).limit(1).stream(10)); // ← slow stream
    }
    await request(readSlowly)
    expect(places('slow_query')).toEqual([{}])
    await request(readSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow stream'), functionName: 'readSlowly' }])
  })

  test('a loop of selects is a proven N+1, with its line and Kysely’s fix', async () => {
    async function loadBuyers() {
      const purchases = await db.selectFrom('purchase').selectAll().limit(8).execute()
      for (const { person_id } of purchases) await personById(person_id).execute() // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      {
        tier: 'proven',
        source: { column: 'purchase.person_id' },
        fix: expect.stringContaining('jsonArrayFrom'),
      },
    ])
  })
})
