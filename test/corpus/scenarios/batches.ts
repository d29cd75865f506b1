import { asc } from 'drizzle-orm'
import type { Scenario } from '../scenario.js'

const clean = { expected: [], forbidden: ['n_plus_one', 'duplicate_query'] } as const

/** Done right: few queries for many rows. */
export const batches: readonly Scenario[] = [
  {
    name: 'a single query',
    ...clean,
    run: (world) =>
      world.unit('one author', async () => {
        await world.pool.query('SELECT * FROM author WHERE id = $1', [world.bookshop.authors[3]])
      }),
  },
  {
    name: 'a list, then one query for all its children',
    ...clean,
    run: (world) =>
      world.unit('authors, batched', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n])
        await world.pool.query('SELECT * FROM book WHERE author_id = ANY($1)', [rows.map(({ id }) => id)])
      }),
  },
  {
    name: 'lists in chunks, the last one shorter',
    ...clean,
    isFixedSize: true,
    run: (world) =>
      world.unit('chunks', async () => {
        const { rows } = await world.pool.query('SELECT id FROM book ORDER BY title LIMIT 64')
        for (let at = 0; at < rows.length; at += 9) {
          const chunk = rows.slice(at, at + 9).map(({ id }) => id)
          const places = chunk.map((_, i) => `$${i + 1}`).join(', ')
          await world.pool.query(`SELECT * FROM review WHERE book_id IN (${places})`, chunk)
        }
      }),
  },
  {
    name: 'chunks of equal length through unnest',
    ...clean,
    isFixedSize: true,
    run: (world) =>
      world.unit('chunks of twelve', async () => {
        const { rows } = await world.pool.query('SELECT id FROM book ORDER BY title LIMIT 96')
        for (let at = 0; at < rows.length; at += 12) {
          const chunk = rows.slice(at, at + 12).map(({ id }) => id)
          await world.pool.query(
            `SELECT r.* FROM review r JOIN unnest($1::${world.variant.idType}[]) AS wanted (id) ON r.book_id = wanted.id`,
            [chunk],
          )
        }
      }),
  },
  {
    name: 'Prisma: include',
    ...clean,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma include', async () => {
        await prisma.book.findMany({ take: world.n, include: { author: true, reviews: true } })
      })
    },
  },
  {
    name: 'Prisma: findUnique for each row in one tick, which Prisma batches',
    ...clean,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma tick', async () => {
        const books = await prisma.book.findMany({ take: world.n })
        await Promise.all(books.map(({ authorId }) => prisma.author.findUnique({ where: { id: authorId } })))
        await Promise.all(books.map(({ id }) => prisma.book.findUniqueOrThrow({ where: { id } })))
      })
    },
  },
  {
    name: 'Drizzle: a relational query',
    ...clean,
    run: async (world) => {
      const { db, author } = await world.libraries.drizzle()
      await world.unit('drizzle with', async () => {
        await db.query.author.findMany({ with: { books: true }, orderBy: asc(author.name), limit: world.n })
      })
    },
  },
  {
    name: 'Knex: whereIn',
    ...clean,
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('knex whereIn', async () => {
        const authors = await db('author').select('id').limit(world.n)
        await db('book').whereIn(
          'author_id',
          authors.map(({ id }) => id),
        )
      })
    },
  },
  {
    name: 'Kysely: a join',
    ...clean,
    run: async (world) => {
      const { db } = await world.libraries.kysely()
      await world.unit('kysely join', async () => {
        await db
          .selectFrom('book')
          .innerJoin('author', 'author.id', 'book.author_id')
          .select(['title', 'name'])
          .limit(world.n)
          .execute()
      })
    },
  },
  {
    name: 'Sequelize: include, and include in a query of its own',
    ...clean,
    run: async (world) => {
      const { Author } = await world.libraries.sequelize()
      await world.unit('sequelize include', async () => {
        await Author.findAll({ include: 'books', limit: world.n })
        await Author.findAll({ include: [{ association: 'books', separate: true }], limit: world.n })
      })
    },
  },
  {
    name: 'TypeORM: relations by a join, and by queries of their own',
    ...clean,
    run: async (world) => {
      const { authors } = await world.libraries.typeorm()
      await world.unit('typeorm relations', async () => {
        await authors.find({ relations: { books: true } })
        await authors.find({ relations: { books: true }, relationLoadStrategy: 'query' })
      })
    },
  },
  {
    name: 'TypeORM: pages with a join, of which each needs two queries',
    ...clean,
    isFixedSize: true,
    run: async (world) => {
      const { authors } = await world.libraries.typeorm()
      await world.unit('typeorm pages', async () => {
        for (let page = 0; page < 7; page++) {
          await authors.find({ relations: { books: true }, order: { id: 'ASC' }, skip: page * 5, take: 5 })
        }
      })
    },
  },
  {
    name: 'MikroORM: populate',
    ...clean,
    run: async (world) => {
      const { orm, Author } = await world.libraries.mikro()
      await world.unit('mikro populate', async () => {
        await orm.em.fork().find(Author, {}, { populate: ['books'], limit: world.n })
      })
    },
  },
]
