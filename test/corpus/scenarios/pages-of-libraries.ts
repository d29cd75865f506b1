import { asc, gt } from 'drizzle-orm'
import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'

const clean = { expected: [], forbidden: ['n_plus_one', 'duplicate_query'], isFixedSize: true } as const

/** Pages as data layers make them. */
export const pagesOfLibraries: readonly Scenario[] = [
  {
    name: 'Prisma: pages by cursor',
    ...clean,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma cursor', async () => {
        let rows = await prisma.book.findMany({ take: 30, orderBy: { id: 'asc' } })
        for (let page = 0; page < 8 && rows.length > 0; page++) {
          const cursor = { id: rows.at(-1)?.id }
          rows = await prisma.book.findMany({ take: 30, skip: 1, cursor, orderBy: { id: 'asc' } })
        }
      })
    },
  },
  {
    name: 'Prisma: pages by skip and take',
    ...clean,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma skip', async () => {
        for (let page = 0; page < 8; page++) {
          await prisma.review.findMany({
            where: { stars: 5 },
            skip: page * 20,
            take: 20,
            orderBy: { id: 'asc' },
          })
        }
      })
    },
  },
  {
    name: 'Drizzle: pages by key',
    ...clean,
    run: async (world) => {
      const { db, book } = await world.libraries.drizzle()
      await world.unit('drizzle pages', async () => {
        let rows = await db.select().from(book).orderBy(asc(book.id)).limit(40)
        while (rows.length === 40) {
          const last = rows[39]?.id as string
          rows = await db.select().from(book).where(gt(book.id, last)).orderBy(asc(book.id)).limit(40)
        }
      })
    },
  },
  {
    name: 'Knex: pages by key, with a tie-breaker',
    ...clean,
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('knex pages', async () => {
        let rows: { price: number; id: Id }[] = await db('book').orderBy(['price', 'id']).limit(40)
        while (rows.length === 40) {
          const { price, id } = rows[39] as { price: number; id: Id }
          rows = await db('book')
            .where('price', '>', price)
            .orWhere((same) => same.where('price', price).andWhere('id', '>', id))
            .orderBy(['price', 'id'])
            .limit(40)
        }
      })
    },
  },
  {
    // Each page also counts all rows anew.
    name: 'Sequelize: findAndCountAll, page by page',
    // Both of its queries ask for a connection at once; under callbacks one of them looks like the other's caller.
    tolerated: ['nested_acquire'],
    expected: [{ kind: 'duplicate_query' }],
    forbidden: ['n_plus_one'],
    isFixedSize: true,
    run: async (world) => {
      const { Review } = await world.libraries.sequelize()
      await world.unit('sequelize pages', async () => {
        for (let page = 0; page < 7; page++) {
          await Review.findAndCountAll({ where: { stars: 4 }, order: ['id'], limit: 10, offset: page * 10 })
        }
      })
    },
  },
  {
    name: 'TypeORM: find with skip and take, page by page',
    ...clean,
    run: async (world) => {
      const { reviews } = await world.libraries.typeorm()
      await world.unit('typeorm skip', async () => {
        for (let page = 0; page < 7; page++) {
          await reviews.find({ where: { stars: 4 }, order: { id: 'ASC' }, skip: page * 10, take: 10 })
        }
      })
    },
  },
  {
    // Each page also counts all rows anew.
    name: 'MikroORM: findByCursor, page by page',
    // Its cursors cannot hold a BigInt.
    needs: ({ variant }) => variant.idType !== 'bigint',
    expected: [{ kind: 'duplicate_query' }],
    forbidden: ['n_plus_one'],
    isFixedSize: true,
    run: async (world) => {
      const { orm, Author } = await world.libraries.mikro()
      await world.unit('mikro cursor', async () => {
        const em = orm.em.fork()
        let after: string | undefined
        for (let page = 0; page < 7; page++) {
          const options = {
            first: 20,
            orderBy: { id: 'asc' as const },
            ...(after === undefined ? {} : { after }),
          }
          const found = await em.findByCursor(Author, {}, options)
          after = found.endCursor ?? undefined
          if (!found.hasNextPage) return
        }
      })
    },
  },
]
