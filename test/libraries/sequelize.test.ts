// First, as what an application loads with `node --import`.
import './support/observation.js'
import {
  DataTypes,
  type Model,
  type ModelStatic,
  Sequelize,
  type Transaction,
  UniqueConstraintError,
} from 'sequelize'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request, slowSql } from './support/observation.js'
import { people } from './support/people.js'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let db: Sequelize
let Person: ModelStatic<Model & { readonly id: number; readonly name: string }>
let Purchase: ModelStatic<Model & { readonly id: number; readonly person_id: number }>

const id = { type: DataTypes.INTEGER, primaryKey: true }
const unchanged = { timestamps: false, freezeTableName: true }

beforeAll(() => {
  db = new Sequelize(database().connectionString, { logging: false, pool: { max: 3 } })
  Person = db.define('person', { id, name: DataTypes.TEXT }, unchanged)
  Purchase = db.define('purchase', { id, person_id: DataTypes.INTEGER }, unchanged)
})
afterAll(() => db.close())

/** Sequelize has a pool of its own, and gives the driver callbacks. */
describe('Sequelize', () => {
  test('requests that open connections also pay for what Sequelize sets there', async () => {
    const setup = ['SET client_min_messages; SET TIME ZONE', 'SELECT pg_range pg_type SELECT pg_type']
    const { queries } = await request(() => Promise.all([1, 2, 3].map(() => db.query('SELECT 1'))))
    expect(queries.filter((query) => query === 'SELECT')).toHaveLength(3)
    expect(new Set(queries.filter((query) => query !== 'SELECT'))).toEqual(new Set(setup))
  })

  test('a find makes one span', async () => {
    const { result, queries } = await request(() => Person.findByPk(7, { raw: true }))
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['SELECT "person"'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      db.transaction(async (transaction) => {
        await Person.create({ id: 100, name: 'new' }, { transaction })
        return Person.count({ where: { id: 100 }, transaction })
      }),
    )
    expect(result).toBe(1)
    expect(queries).toEqual(['START', 'INSERT "person"', 'SELECT "person"', 'COMMIT'])
  })

  test('a transaction that fails is rolled back, and its error is Sequelize’s own', async () => {
    const { error, queries } = await request(() =>
      db.transaction((transaction) => Person.create({ id: 1, name: 'again' }, { transaction })),
    )
    expect(error).toBeInstanceOf(UniqueConstraintError)
    expect(error).toMatchObject({ fields: { id: '1' }, parent: { name: 'error', code: '23505' } })
    expect(queries).toEqual(['START', 'INSERT "person" failed: 23505', 'ROLLBACK'])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const results = await expectOfTwentyRequests(['SELECT "person"', 'SELECT "purchase"'], async (number) => {
      const person_id = 1 + (number % 12)
      const found = await Person.findByPk(person_id)
      return [person_id, found?.id, await Purchase.count({ where: { person_id } })]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(['START', 'SELECT "person"', 'COMMIT'], (number) =>
      db.transaction((transaction) => Person.findByPk(number, { transaction })),
    )
  })

  test('a slow query is found at the line that awaits it, from its second time on', async () => {
    async function loadSlowly() {
      await db.query(slowSql) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{}])
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a slow query of a transaction is found at the line inside the transaction', async () => {
    async function work(transaction: Transaction) {
      await db.query(`${slowSql}, 1`, { transaction }) // ← slow in transaction
    }
    await request(() => db.transaction(work))
    await request(() => db.transaction(work))
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a loop of finds is a proven N+1, with its line and Sequelize’s fix, at once', async () => {
    async function loadBuyers() {
      const purchases = await Purchase.findAll({ limit: 8 })
      for (const { person_id } of purchases) await Person.findByPk(person_id) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      { tier: 'proven', source: { column: 'purchase.person_id' }, fix: expect.stringContaining('`include`') },
    ])
  })
})
