import { gt, inArray, relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import createKnex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import { Model } from 'objection'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { type Advised, ids, newRows, rowsOf } from './advised.js'

interface Tables {
  person: { id: number; name: string }
  purchase: { id: number; person_id: number; amount: number }
}
interface Opened {
  readonly advised: Advised
  readonly close: () => Promise<unknown>
}

export function openDrizzle(connectionString: string): Opened {
  const person = pgTable('person', { id: integer('id').primaryKey(), name: text('name').notNull() })
  const purchase = pgTable('purchase', { id: integer('id').primaryKey(), personId: integer('person_id') })
  const personRelations = relations(person, ({ many }) => ({ purchases: many(purchase) }))
  const purchaseRelations = relations(purchase, ({ one }) => ({
    person: one(person, { fields: [purchase.personId], references: [person.id] }),
  }))
  const pool = new pg.Pool({ connectionString })
  const db = drizzle(pool, { schema: { person, purchase, personRelations, purchaseRelations } })
  const transaction = (end: () => void): Promise<unknown> =>
    db.transaction(async (tx) => {
      for (const _ of [1, 2]) await tx.select().from(person).limit(1)
      end()
    })
  return {
    advised: {
      n_plus_one: [
        () => db.query.person.findMany({ with: { purchases: true } }),
        () =>
          db
            .select()
            .from(purchase)
            .where(inArray(purchase.personId, [...ids])),
      ],
      write_loop: [() => db.insert(person).values(newRows())],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [() => db.select().from(person).where(gt(person.id, 4)).limit(3)],
      unbounded_select: [() => db.select().from(person).limit(3)],
    },
    close: () => pool.end(),
  }
}

export function openKysely(connectionString: string): Opened {
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString }), cursor: Cursor })
  const db = new Kysely<Tables>({ dialect })
  const transaction = (end: () => void): Promise<unknown> =>
    db.transaction().execute(async (trx) => {
      for (const _ of [1, 2]) await trx.selectFrom('person').select('id').limit(1).execute()
      end()
    })
  return {
    advised: {
      n_plus_one: [
        () =>
          db
            .selectFrom('person')
            .select((eb) => [
              'id',
              jsonArrayFrom(
                eb.selectFrom('purchase').select('purchase.id').whereRef('person_id', '=', 'person.id'),
              ).as('purchases'),
            ])
            .execute(),
        () => db.selectFrom('purchase').select('id').where('person_id', 'in', ids).execute(),
      ],
      write_loop: [() => db.insertInto('person').values(newRows()).execute()],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [
        () => db.selectFrom('person').select('id').limit(3).execute(),
        () => rowsOf(db.selectFrom('person').select('id').limit(3).stream(2)),
      ],
      unbounded_select: [() => db.selectFrom('person').select('id').limit(3).execute()],
    },
    close: () => db.destroy(),
  }
}

export function openKnex(connectionString: string): Opened {
  const knex = createKnex({ client: 'pg', connection: connectionString, pool: { min: 0, max: 3 } })
  const transaction = (end: () => void): Promise<unknown> =>
    knex.transaction(async (trx) => {
      for (const _ of [1, 2]) await trx('person').first('id')
      end()
    })
  return {
    advised: {
      n_plus_one: [async () => knex('purchase').whereIn('person_id', ids)],
      write_loop: [async () => knex('person').insert(newRows()), () => knex.batchInsert('person', newRows())],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [async () => knex('person').limit(3), () => rowsOf(knex('person').limit(3).stream())],
      unbounded_select: [async () => knex('person').limit(3)],
    },
    close: () => knex.destroy(),
  }
}

export function openObjection(connectionString: string): Opened {
  const knex = createKnex({ client: 'pg', connection: connectionString, pool: { min: 0, max: 3 } })
  class Purchase extends Model {
    static override tableName = 'purchase'
  }
  class Person extends Model {
    static override tableName = 'person'
    static override relationMappings = {
      purchases: {
        relation: Model.HasManyRelation,
        modelClass: Purchase,
        join: { from: 'person.id', to: 'purchase.person_id' },
      },
    }
  }
  Purchase.knex(knex)
  Person.knex(knex)
  const transaction = (end: () => void): Promise<unknown> =>
    Person.transaction(async (trx) => {
      for (const _ of [1, 2]) await Person.query(trx).limit(1)
      end()
    })
  return {
    advised: {
      n_plus_one: [async () => Person.query().withGraphFetched('purchases')],
      write_loop: [async () => Person.query().insertGraph(newRows() as object[])],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [async () => (await Person.query().page(0, 3)).results],
      unbounded_select: [async () => Person.query().limit(3)],
    },
    close: () => knex.destroy(),
  }
}
