// First, as what an application loads with `node --import`.
import './support/observation.js'
import 'reflect-metadata'
import { DataSource, EntitySchema, QueryFailedError, type Repository } from 'typeorm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request, slowSql } from './support/observation.js'
import { people } from './support/people.js'

interface Person {
  id: number
  name: string
}
interface Purchase {
  id: number
  personId: number
  person: Promise<Person>
}
const personEntity = new EntitySchema<Person>({
  name: 'person',
  columns: { id: { type: Number, primary: true }, name: { type: String } },
})
const purchaseEntity = new EntitySchema<Purchase>({
  name: 'purchase',
  columns: { id: { type: Number, primary: true }, personId: { type: Number, name: 'person_id' } },
  relations: {
    person: { type: 'many-to-one', target: 'person', lazy: true, joinColumn: { name: 'person_id' } },
  },
})

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let source: DataSource
let persons: Repository<Person>
let purchases: Repository<Purchase>

beforeAll(async () => {
  source = new DataSource({
    type: 'postgres',
    url: database().connectionString,
    entities: [personEntity, purchaseEntity],
    poolSize: 3,
  })
  await source.initialize()
  persons = source.getRepository(personEntity)
  purchases = source.getRepository(purchaseEntity)
})
afterAll(() => source.destroy())

describe('TypeORM', () => {
  test('a find makes one span', async () => {
    const { result, queries } = await request(() => persons.findOneBy({ id: 7 }))
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['SELECT "person"'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      source.transaction(async (manager) => {
        await manager.insert(personEntity, { id: 100, name: 'new' })
        return manager.countBy(personEntity, { id: 100 })
      }),
    )
    expect(result).toBe(1)
    expect(queries).toEqual(['START', 'INSERT "person"', 'SELECT "person"', 'COMMIT'])
  })

  test('a transaction that fails is rolled back, and its error is TypeORM’s own', async () => {
    const { error, queries } = await request(() =>
      source.transaction((manager) => manager.insert(personEntity, { id: 1, name: 'again' })),
    )
    expect(error).toBeInstanceOf(QueryFailedError)
    expect(error).toMatchObject({ code: '23505', parameters: [1, 'again'], driverError: { name: 'error' } })
    expect(queries).toEqual(['START', 'INSERT "person" failed: 23505', 'ROLLBACK'])
  })

  test('a stream makes one span with its rows', async () => {
    const { result, spans } = await request(async () => {
      let rows = 0
      for await (const _row of await purchases.createQueryBuilder().stream()) rows++
      return rows
    })
    expect(result).toBe(24)
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([{ 'db.response.returned_rows': 24 }])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['SELECT "person"', 'SELECT "purchase"'], async (number) => {
      const id = 1 + (number % 12)
      const found = await persons.findOneBy({ id })
      return [id, found?.id, await purchases.countBy({ personId: id })]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions and streams on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(
      ['START', 'SELECT "person"', 'COMMIT', 'SELECT "purchase"'],
      async (number) => {
        await source.transaction((manager) => manager.findBy(personEntity, { id: number }))
        for await (const _row of await purchases.createQueryBuilder().stream());
      },
    )
  })

  test('a slow query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await source.query(slowSql) // ← slow query
      await persons.createQueryBuilder().where('pg_sleep(0.15) IS NOT NULL').limit(1).getMany() // ← slow builder
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([
      { ...lineOf('slow query'), functionName: 'loadSlowly' },
      { ...lineOf('slow builder'), functionName: 'loadSlowly' },
    ])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    await request(() =>
      source.transaction(async function work(manager) {
        await manager.query(slowSql) // ← slow in transaction
      }),
    )
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a loop of finds is a proven N+1, with its line and TypeORM’s fix', async () => {
    async function loadBuyers() {
      const some = await purchases.find({ take: 8 })
      for (const { personId } of some) await persons.findOneBy({ id: personId }) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      {
        tier: 'proven',
        source: { column: 'purchase.person_id' },
        fix: expect.stringContaining('leftJoinAndSelect'),
      },
    ])
  })

  test('a loop over a lazy relation is a proven N+1; its promise has two readers, so no stack leads to the line', async () => {
    const { queries } = await request(async () => {
      for (const purchase of await purchases.find({ take: 8 })) await purchase.person
    })
    expect(queries).toHaveLength(9)
    expect(findings('n_plus_one')).toMatchObject([{ tier: 'proven' }])
    expect(places('n_plus_one')).toEqual([{}])
  })
})
