import { asc, eq, sql } from 'drizzle-orm'
import type { Scenario } from '../scenario.js'

/** The same mistake through data layers: what their users write, and what the layers make of it. */
export const loopsOfLibraries: readonly Scenario[] = [
  {
    name: 'Drizzle: a select in a loop',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: async (world) => {
      const { db, author, book } = await world.libraries.drizzle()
      await world.unit('drizzle loop', async () => {
        const books = await db.select().from(book).orderBy(asc(book.title)).limit(world.n)
        for (const { authorId } of books) await db.select().from(author).where(eq(author.id, authorId))
      })
    },
  },
  {
    name: 'Drizzle: a prepared statement in a loop',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { db, author, book } = await world.libraries.drizzle()
      const prepared = db
        .select({ title: book.title })
        .from(book)
        .where(eq(book.authorId, sql.placeholder('author')))
        .prepare('books_of_author')
      await world.unit('drizzle prepared', async () => {
        const authors = await db
          .select({ id: author.id })
          .from(author)
          .orderBy(asc(author.name))
          .limit(world.n)
        for (const { id } of authors) await prepared.execute({ author: id })
      })
    },
  },
  {
    name: 'Drizzle: findFirst with relations for each row',
    expected: [{ kind: 'n_plus_one', on: 'book', column: 'book.id' }],
    run: async (world) => {
      const { db, book } = await world.libraries.drizzle()
      await world.unit('drizzle findFirst', async () => {
        const books = await db.query.book.findMany({ columns: { id: true }, limit: world.n })
        await Promise.all(
          books.map(({ id }) => db.query.book.findFirst({ where: eq(book.id, id), with: { author: true } })),
        )
      })
    },
  },
  {
    name: 'Kysely: executeTakeFirst in a loop',
    expected: [{ kind: 'n_plus_one', column: 'review.reader_id' }],
    run: async (world) => {
      const { db } = await world.libraries.kysely()
      await world.unit('kysely loop', async () => {
        const reviews = await db
          .selectFrom('review')
          .select(['id', 'reader_id'])
          .orderBy('body')
          .limit(world.n)
          .execute()
        for (const { reader_id } of reviews) {
          await db.selectFrom('reader').select('name').where('id', '=', reader_id).executeTakeFirst()
        }
      })
    },
  },
  {
    name: 'Knex: first() in a loop',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('knex loop', async () => {
        const authors = await db('author').select('id').orderBy('email').limit(world.n)
        for (const { id } of authors) await db('book').where({ author_id: id }).first('title')
      })
    },
  },
  {
    name: 'Sequelize: a lazy association, with values in the text',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { Author } = await world.libraries.sequelize()
      await world.unit('sequelize lazy', async () => {
        const authors = await Author.findAll({ order: ['name'], limit: world.n })
        for (const author of authors) await author.getBooks()
      })
    },
  },
  {
    name: 'Sequelize: an include that somebody forgot, inside map',
    expected: [{ kind: 'n_plus_one', column: 'review.reader_id' }],
    run: async (world) => {
      const { Review } = await world.libraries.sequelize()
      await world.unit('sequelize map', async () => {
        const reviews = await Review.findAll({
          attributes: ['id', 'reader_id'],
          order: ['body'],
          limit: world.n,
        })
        await Promise.all(reviews.map(async (review) => (await review.getReader()).id))
      })
    },
  },
  {
    name: 'Sequelize: findByPk in a loop',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: async (world) => {
      const { Author, Book } = await world.libraries.sequelize()
      await world.unit('sequelize findByPk', async () => {
        const books = await Book.findAll({ order: ['title'], limit: world.n, raw: true })
        for (const { author_id } of books) await Author.findByPk(author_id)
      })
    },
  },
  {
    name: 'TypeORM: a lazy relation',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { authors } = await world.libraries.typeorm()
      await world.unit('typeorm lazy', async () => {
        for (const author of await authors.find({ order: { name: 'ASC' }, take: world.n })) await author.books
      })
    },
  },
  {
    name: 'TypeORM: findOneBy in a loop',
    expected: [{ kind: 'n_plus_one', column: 'review.reader_id' }],
    run: async (world) => {
      const { reviews, readers } = await world.libraries.typeorm()
      await world.unit('typeorm findOneBy', async () => {
        const found = await reviews.find({ order: { id: 'ASC' }, take: world.n })
        for (const { readerId } of found) await readers.findOneBy({ id: readerId })
      })
    },
  },
  {
    name: 'Prisma: findFirst in a loop',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma findFirst', async () => {
        const books = await prisma.book.findMany({ take: world.n, orderBy: { title: 'asc' } })
        for (const { authorId } of books) await prisma.author.findFirst({ where: { id: authorId } })
      })
    },
  },
  {
    name: 'Prisma: findUnique, awaited one after the other',
    expected: [{ kind: 'n_plus_one', column: 'review.reader_id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma findUnique', async () => {
        const reviews = await prisma.review.findMany({ take: world.n, orderBy: { body: 'asc' } })
        for (const { readerId } of reviews) await prisma.reader.findUnique({ where: { id: readerId } })
      })
    },
  },
  {
    name: 'Prisma: count for each row',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      await world.unit('prisma count', async () => {
        const authors = await prisma.author.findMany({ take: world.n, orderBy: { name: 'asc' } })
        for (const { id } of authors) await prisma.book.count({ where: { authorId: id } })
      })
    },
  },
  {
    name: 'MikroORM: a lazy collection',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { orm, Author } = await world.libraries.mikro()
      await world.unit('mikro collection', async () => {
        const em = orm.em.fork()
        const authors = await em.find(Author, {}, { orderBy: { name: 'asc' }, limit: world.n })
        for (const author of authors) await author.books.init()
      })
    },
  },
  {
    name: 'MikroORM: a lazy reference',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: async (world) => {
      const { orm, Book } = await world.libraries.mikro()
      await world.unit('mikro reference', async () => {
        const em = orm.em.fork()
        const books = await em.find(Book, {}, { orderBy: { id: 'asc' }, limit: 2 * world.n })
        for (const book of books) await book.author.load()
      })
    },
  },
]
