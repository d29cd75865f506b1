import 'reflect-metadata'
import { MikroORM, EntitySchema as MikroSchema } from '@mikro-orm/postgresql'
import { PrismaPg } from '@prisma/adapter-pg'
import DataLoader from 'dataloader'
import pg from 'pg'
import { DataTypes, Sequelize } from 'sequelize'
import { DataSource, EntitySchema, In } from 'typeorm'
import { type Advised, ids, newRows, rowsOf } from './advised.js'
import { generatePrismaClient } from './prisma-client.js'

interface Opened {
  readonly advised: Advised
  readonly close: () => Promise<unknown>
}

export async function openTypeorm(url: string): Promise<Opened> {
  const person = new EntitySchema<{ id: number; name: string; purchases: unknown[] }>({
    name: 'person',
    columns: { id: { type: Number, primary: true }, name: { type: String } },
    relations: { purchases: { type: 'one-to-many', target: 'purchase', inverseSide: 'person' } },
  })
  const purchase = new EntitySchema<{ id: number; personId: number; person: unknown }>({
    name: 'purchase',
    columns: { id: { type: Number, primary: true }, personId: { type: Number, name: 'person_id' } },
    relations: {
      person: {
        type: 'many-to-one',
        target: 'person',
        inverseSide: 'purchases',
        joinColumn: { name: 'person_id' },
      },
    },
  })
  const dataSource = new DataSource({ type: 'postgres', url, entities: [person, purchase] })
  await dataSource.initialize()
  const repository = dataSource.getRepository(person)
  const transaction = (end: () => void): Promise<unknown> =>
    dataSource.transaction(async (manager) => {
      for (const id of [1, 2]) await manager.findOneBy(person, { id })
      end()
    })
  const queryBuilder = repository.createQueryBuilder('p')
  return {
    advised: {
      n_plus_one: [
        () => repository.find({ relations: { purchases: true } }),
        () => repository.createQueryBuilder('p').leftJoinAndSelect('p.purchases', 'purchase').getMany(),
        () => dataSource.getRepository(purchase).findBy({ personId: In([...ids]) }),
      ],
      write_loop: [() => repository.insert(newRows()), () => repository.upsert(newRows(), ['id'])],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [
        () => repository.find({ take: 3, skip: 2, order: { id: 'ASC' } }),
        () => rowsOf(queryBuilder.limit(3).stream()),
      ],
      unbounded_select: [() => repository.find({ take: 3 })],
    },
    close: () => dataSource.destroy(),
  }
}

export async function openSequelize(connectionString: string): Promise<Opened> {
  const sequelize = new Sequelize(connectionString, { logging: false })
  const id = { type: DataTypes.INTEGER, primaryKey: true }
  const unchanged = { timestamps: false, freezeTableName: true }
  const Model = sequelize.define('person', { id, name: DataTypes.TEXT }, unchanged)
  const Purchase = sequelize.define('purchase', { id, person_id: DataTypes.INTEGER }, unchanged)
  Model.hasMany(Purchase, { foreignKey: 'person_id' })
  // Its own set-up of a connection is no part of what is advised.
  await sequelize.authenticate()
  const transaction = (end: () => void): Promise<unknown> =>
    sequelize.transaction(async (t) => {
      for (const key of [1, 2]) await Model.findByPk(key, { transaction: t })
      end()
    })
  return {
    advised: {
      n_plus_one: [
        () => Model.findAll({ include: Purchase }),
        () => Purchase.findAll({ where: { person_id: [...ids] } }),
      ],
      write_loop: [() => Model.bulkCreate(newRows(), { individualHooks: false })],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [() => Model.findAll({ limit: 3, offset: 2 })],
      unbounded_select: [() => Model.findAll({ limit: 3 })],
    },
    close: () => sequelize.close(),
  }
}

export async function openMikroOrm(clientUrl: string): Promise<Opened> {
  const Entity = new MikroSchema<{ id: number; name: string; purchases: unknown }>({
    name: 'Person',
    tableName: 'person',
    properties: {
      id: { type: 'integer', primary: true } as never,
      name: { type: 'text' },
      purchases: { kind: '1:m', entity: () => 'Purchase', mappedBy: 'person' } as never,
    },
  })
  const Purchase = new MikroSchema<{ id: number; person: unknown }>({
    name: 'Purchase',
    tableName: 'purchase',
    properties: {
      id: { type: 'integer', primary: true } as never,
      person: { kind: 'm:1', entity: () => 'Person', fieldName: 'person_id' } as never,
    },
  })
  const orm = await MikroORM.init({ clientUrl, entities: [Entity, Purchase] })
  await orm.em.fork().execute('select 1')
  const transaction = (end: () => void): Promise<unknown> =>
    orm.em.fork().transactional(async (em) => {
      for (const _ of [1, 2]) await em.execute('select 1')
      end()
    })
  const em = orm.em.fork()
  return {
    advised: {
      n_plus_one: [
        () => orm.em.fork().findAll(Entity, { populate: ['purchases'] as never }),
        () => orm.em.fork().find(Purchase, { person: { $in: ids } } as never),
      ],
      write_loop: [
        () => em.insertMany(Entity, newRows() as never),
        () => {
          for (const row of newRows()) em.persist(em.create(Entity, row as never))
          return em.flush()
        },
      ],
      autocommit_loop: [transaction],
      transaction_left_open: [transaction],
      large_result: [
        () => orm.em.fork().findAll(Entity, { limit: 3, offset: 2 }),
        async () =>
          (await orm.em.fork().findByCursor(Entity, {}, { first: 3, orderBy: { id: 'asc' } as never })).items,
      ],
      unbounded_select: [() => orm.em.fork().findAll(Entity, { limit: 3 })],
    },
    close: () => orm.close(true),
  }
}

export async function openPrisma(connectionString: string): Promise<Opened> {
  const { PrismaClient } = await import(await generatePrismaClient())
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) })
  const transaction = (end: () => void): Promise<unknown> =>
    prisma.$transaction(async (tx: typeof prisma) => {
      for (const id of [1, 2]) await tx.person.findFirst({ where: { id } })
      end()
    })
  return {
    advised: {
      n_plus_one: [
        () => prisma.person.findMany({ include: { purchases: true } }),
        () => prisma.purchase.findMany({ where: { personId: { in: [...ids] } } }),
        () => Promise.all(ids.map((id) => prisma.person.findUnique({ where: { id } }))),
      ],
      write_loop: [
        () => prisma.person.createMany({ data: newRows() }),
        () => prisma.purchase.updateMany({ where: { id: { in: [...ids] } }, data: { amount: 1 } }),
      ],
      autocommit_loop: [transaction],
      large_result: [() => prisma.person.findMany({ take: 3, cursor: { id: 4 }, skip: 1 })],
      unbounded_select: [() => prisma.person.findMany({ take: 3 })],
    },
    close: () => prisma.$disconnect(),
  }
}

export function openDataLoader(connectionString: string): Opened {
  const pool = new pg.Pool({ connectionString })
  const loadAll = async (keys: readonly number[]): Promise<unknown[]> => {
    const { rows } = await pool.query('SELECT * FROM person WHERE id = ANY($1)', [keys])
    return keys.map((key) => rows.find(({ id }) => id === key))
  }
  const ofOneRequest = (): Promise<unknown[]> => {
    const loader = new DataLoader(loadAll)
    return Promise.all(ids.map((id) => loader.load(id)))
  }
  return { advised: { n_plus_one: [ofOneRequest] }, close: () => pool.end() }
}
