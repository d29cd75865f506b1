import { sql as drizzleSql, eq, inArray } from 'drizzle-orm'
import type { Scenario } from '../../scenario.js'

/** Loops and their cures in data layers, on the bookshop. */
export const dataLayers: readonly Scenario[] = [
  {
    name: 'strangers: Drizzle’s relational queries, an author for each book',
    expected: [{ kind: 'n_plus_one', on: 'author', column: 'book.author_id' }],
    run: async (world) => {
      const { db, book, author } = await world.libraries.drizzle()
      await world.unit('GET /books', async () => {
        const books = await db.query.book.findMany({
          columns: { id: true, authorId: true },
          orderBy: book.title,
          limit: world.n,
        })
        for (const { authorId } of books) {
          await db.query.author.findFirst({ where: eq(author.id, authorId) })
        }
      })
    },
  },
  {
    name: 'strangers: Drizzle’s relations in one query',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { db } = await world.libraries.drizzle()
      await world.unit('GET /books', async () => {
        await db.query.book.findMany({
          with: { author: true, reviews: { with: { reader: true } } },
          limit: 30,
        })
      })
    },
  },
  {
    name: 'strangers: a statement that Drizzle prepared, executed for each review',
    expected: [{ kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' }],
    run: async (world) => {
      const { db, reader, review } = await world.libraries.drizzle()
      await world.unit('GET /reviews', async () => {
        const readerById = db
          .select({ name: reader.name })
          .from(reader)
          .where(eq(reader.id, drizzleSql.placeholder('id')))
          .prepare('reader_by_id')
        const reviews = await db.select().from(review).orderBy(review.body).limit(world.n)
        await Promise.all(reviews.map(({ readerId }) => readerById.execute({ id: readerId })))
      })
    },
  },
  {
    name: 'strangers: Drizzle with lists of ids',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'sequential_independent'],
    run: async (world) => {
      const { db, author, book } = await world.libraries.drizzle()
      await world.unit('GET /books', async () => {
        for (const page of [0, 1, 2, 3, 4, 5]) {
          const books = await db
            .select()
            .from(book)
            .orderBy(book.title)
            .limit(8)
            .offset(8 * page)
          await db
            .select()
            .from(author)
            .where(
              inArray(
                author.id,
                books.map(({ authorId }) => authorId),
              ),
            )
        }
      })
    },
  },
  {
    name: 'strangers: Kysely, a reader for each review inside a transaction',
    expected: [{ kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' }],
    run: async (world) => {
      const { db } = await world.libraries.kysely()
      await world.unit('GET /reviews', () =>
        db.transaction().execute(async (trx) => {
          const reviews = await trx.selectFrom('review').selectAll().orderBy('body').limit(world.n).execute()
          for (const review of reviews) {
            await trx
              .selectFrom('reader')
              .select(['id', 'name'])
              .where('id', '=', review.reader_id)
              .executeTakeFirstOrThrow()
          }
        }),
      )
    },
  },
  {
    name: 'strangers: Knex, the number of reviews of each book, all at once',
    expected: [{ kind: 'n_plus_one', on: 'review', column: 'book.id' }],
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('GET /books', async () => {
        const books = await db('book').select('id', 'title').orderBy('title').limit(world.n)
        return Promise.all(
          books.map(async (book) => ({
            ...book,
            ...(await db('review').where({ book_id: book.id }).count('* as reviews').first()),
          })),
        )
      })
    },
  },
  {
    name: 'strangers: Knex, one query with a join and a group',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('GET /books', async () => {
        await db('book')
          .leftJoin('review', 'review.book_id', 'book.id')
          .groupBy('book.id', 'book.title')
          .select('book.id', 'book.title')
          .count('review.id as reviews')
          .orderBy('book.title')
          .limit(20)
      })
    },
  },
  {
    name: 'strangers: Sequelize, books of each author, and reviews of each of them',
    expected: [
      { kind: 'n_plus_one', on: 'book', column: 'author.id' },
      { kind: 'n_plus_one', on: 'review', column: 'book.id' },
    ],
    run: async (world) => {
      const { Author } = await world.libraries.sequelize()
      await world.unit('GET /authors', async () => {
        const authors = await Author.findAll({ order: [['name', 'ASC']], limit: Math.min(world.n, 40) })
        for (const author of authors) {
          for (const book of await author.getBooks()) await book.getReviews()
        }
      })
    },
  },
  {
    name: 'strangers: Sequelize, books of authors in a query of their own',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { Author } = await world.libraries.sequelize()
      await world.unit('GET /authors', async () => {
        await Author.findAll({ include: [{ association: 'books', separate: true }], limit: 30 })
      })
    },
  },
  {
    name: 'strangers: TypeORM’s lazy authors, awaited in a loop',
    expected: [{ kind: 'n_plus_one', on: 'author', column: 'book.id' }],
    run: async (world) => {
      const { books } = await world.libraries.typeorm()
      await world.unit('GET /books', async () => {
        const found = await books.find({ order: { title: 'ASC' }, take: world.n })
        const lines: string[] = []
        for (const book of found) lines.push(`${book.title} by ${(await book.author).name}`)
        return lines
      })
    },
  },
  {
    name: 'strangers: TypeORM’s builder, one reader after the other',
    expected: [{ kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' }],
    run: async (world) => {
      const { readers, reviews } = await world.libraries.typeorm()
      await world.unit('GET /reviews', async () => {
        const found = await reviews
          .createQueryBuilder('r')
          .orderBy('r.stars')
          .addOrderBy('r.id')
          .take(world.n)
          .getMany()
        for (const review of found) {
          await readers.createQueryBuilder('p').where('p.id = :id', { id: review.readerId }).getOne()
        }
      })
    },
  },
  {
    name: 'strangers: TypeORM with relations that are loaded with the books',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { books } = await world.libraries.typeorm()
      await world.unit('GET /books', async () => {
        await books.find({ relations: { author: true, reviews: true }, take: 10, skip: 5 })
      })
    },
  },
  {
    name: 'strangers: Prisma, a reader for each review by findFirst',
    expected: [{ kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('GET /reviews', async () => {
        const reviews = await prisma.review.findMany({ orderBy: { body: 'asc' }, take: world.n })
        for (const { readerId } of reviews) await prisma.reader.findFirst({ where: { id: readerId } })
      })
    },
  },
  {
    name: 'strangers: Prisma, readers by findUnique all at once, which it makes one query of',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('GET /reviews', async () => {
        const reviews = await prisma.review.findMany({ take: 12 })
        await Promise.all(
          reviews.map(({ readerId }) => prisma.reader.findUnique({ where: { id: readerId } })),
        )
      })
    },
  },
  {
    name: 'strangers: MikroORM, a reference loaded for each book',
    expected: [{ kind: 'n_plus_one', on: 'author', column: 'book.author_id' }],
    run: async (world) => {
      const { orm, Book } = await world.libraries.mikro()
      await world.unit('GET /books', async () => {
        const em = orm.em.fork()
        const books = await em.find(Book, {}, { orderBy: { title: 'asc' }, limit: world.n })
        for (const book of books) await book.author.load()
      })
    },
  },
  {
    name: 'strangers: MikroORM with what it is told to populate',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: async (world) => {
      const { orm, Author } = await world.libraries.mikro()
      await world.unit('GET /authors', async () => {
        await orm.em.fork().find(Author, {}, { populate: ['books'], limit: 20 })
      })
    },
  },
]
