// First, as what an application loads with `node --import`.
import './support/observation.js'
import { eq, relations, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, querySpans, request } from './support/observation.js'
import { people } from './support/people.js'

const person = pgTable('person', { id: integer('id').primaryKey(), name: text('name').notNull() })
const purchase = pgTable('purchase', {
  id: integer('id').primaryKey(),
  personId: integer('person_id').notNull(),
  amount: integer('amount').notNull(),
})
const schema = {
  person,
  purchase,
  personRelations: relations(person, ({ many }) => ({ purchases: many(purchase) })),
  purchaseRelations: relations(purchase, ({ one }) => ({
    person: one(person, { fields: [purchase.personId], references: [person.id] }),
  })),
}
const sleep = sql<string>`pg_sleep(0.15)`

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let pool: pg.Pool
let db: NodePgDatabase<typeof schema>

beforeAll(() => {
  pool = new pg.Pool({ connectionString: database().connectionString, max: 3 })
  db = drizzle(pool, { schema })
})
afterAll(() => pool.end())

const personById = (id: number) => db.select().from(person).where(eq(person.id, id))

describe('Drizzle', () => {
  test('a select makes one span', async () => {
    const { result, queries } = await request(() => personById(7))
    expect(result).toEqual([{ id: 7, name: 'person 7' }])
    expect(queries).toEqual(['select "person"'])
  })

  test('a prepared query makes one span with its name', async () => {
    const prepared = db
      .select()
      .from(person)
      .where(eq(person.id, sql.placeholder('id')))
      .prepare('person_by_id')
    const { result, queries, spans } = await request(() => prepared.execute({ id: 7 }))
    expect(result).toEqual([{ id: 7, name: 'person 7' }])
    expect(queries).toEqual(['select "person"'])
    expect(spans[0]?.attributes['pgspan.statement.name']).toBe('person_by_id')
  })

  test('a relational query makes one span', async () => {
    const { result, queries } = await request(() =>
      db.query.person.findFirst({ with: { purchases: { columns: { id: true } } }, where: eq(person.id, 1) }),
    )
    expect(result).toEqual({ id: 1, name: 'person 1', purchases: [{ id: 12 }, { id: 24 }] })
    expect(queries).toHaveLength(1)
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      db.transaction(async (tx) => {
        await tx.insert(person).values({ id: 100, name: 'new' })
        return tx.$count(person, eq(person.id, 100))
      }),
    )
    expect(result).toBe(1)
    expect(queries).toEqual(['begin', 'insert "person"', 'select "person"', 'commit'])
  })

  test('a transaction that fails is rolled back, and its error is Drizzle’s own', async () => {
    const { error, queries } = await request(() =>
      db.transaction(async (tx) => {
        await tx.insert(person).values({ id: 1, name: 'again' })
      }),
    )
    expect(error).toMatchObject({
      name: 'Error',
      query: 'insert into "person" ("id", "name") values ($1, $2)',
      params: [1, 'again'],
      cause: { name: 'error', code: '23505', constraint: 'person_pkey' },
    })
    expect(queries).toEqual(['begin', 'insert "person" failed: 23505', 'rollback'])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['select "person"', 'select "purchase"'], async (number) => {
      const id = 1 + (number % 12)
      const [found] = await personById(id)
      const purchases = await db.select().from(purchase).where(eq(purchase.personId, id))
      return [id, found?.id, purchases.length]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(['begin', 'select "person"', 'commit'], (number) =>
      db.transaction((tx) => tx.select().from(person).where(eq(person.id, number))),
    )
  })

  test('a slow select is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await db.select({ sleep }).from(person).limit(1) // ← slow select
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow select'), functionName: 'loadSlowly' }])
  })

  test('a slow relational query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await db.query.person.findFirst({ extras: { slept: sql`${sleep}::text`.as('slept') } }) // ← slow relation
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow relation'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    await request(() =>
      db.transaction(async function work(tx) {
        await tx.execute(sql`SELECT ${sleep}`) // ← slow in transaction
      }),
    )
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('slow queries in Promise.all are found at the line that awaits them all', async () => {
    async function loadAll() {
      await Promise.all([db.select({ sleep }).from(person).limit(1), personById(1)]) // ← slow in Promise.all
    }
    await request(loadAll)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in Promise.all'), functionName: 'loadAll' }])
  })

  test('a loop of selects is a proven N+1, with its line and Drizzle’s fix', async () => {
    async function loadBuyers() {
      const purchases = await db.select().from(purchase).limit(8)
      for (const { personId } of purchases) await personById(personId) // ← loop
    }
    await request(loadBuyers)
    expect(querySpans()).toHaveLength(9)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      { tier: 'proven', source: { column: 'purchase.person_id' }, fix: expect.stringContaining('inArray') },
    ])
  })
})
