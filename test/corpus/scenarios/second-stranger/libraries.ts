import { asc, eq } from 'drizzle-orm'
import { buildSchema, graphql } from 'graphql'
import type { Scenario } from '../../scenario.js'
import { repetitions, rowsOf } from './rows-of.js'

const schema = buildSchema(
  'type Book { title: String, author: Author } type Author { name: String } type Query { books: [Book] }',
)
const document = '{ books { title author { name } } }'

/** What data layers do if nobody looks, and what they do when they are told. */
export const libraries: readonly Scenario[] = [
  {
    name: 'second stranger: GraphQL resolves each book’s author',
    expected: [{ kind: 'n_plus_one', on: 'author', column: 'book.author_id' }],
    run: (world) =>
      world.unit('second POST /graphql', () => {
        const author = (id: unknown) => async () =>
          (await rowsOf(world, 'SELECT name FROM author WHERE id = $1', [id]))[0]
        const books = async () => {
          const rows = await rowsOf(world, 'SELECT title, author_id FROM book ORDER BY id LIMIT $1', [
            world.n,
          ])
          return rows.map(({ title, author_id }) => ({ title, author: author(author_id) }))
        }
        return graphql({ schema, source: document, rootValue: { books } })
      }),
    // Two books may have one author.
    tolerated: ['duplicate_query'],
    needs: ({ n }) => n < 5 || n > 6,
  },
  {
    name: 'second stranger: TypeORM, the reader behind each review of a page',
    // Its statement joins from the review and asks by its id.
    expected: [{ kind: 'n_plus_one', on: 'reader', column: 'review.id' }],
    run: async (world) => {
      const { reviews } = await world.libraries.typeorm()
      return world.unit('second GET /reviews', async () => {
        for (const review of await reviews.find({ order: { id: 'ASC' }, take: world.n })) await review.reader
      })
    },
  },
  {
    name: 'second stranger: Prisma counts each author’s books',
    expected: [{ kind: 'n_plus_one', on: 'book', column: 'author.id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      return world.unit('second GET /authors', async () => {
        const authors = await prisma.author.findMany({ take: world.n, orderBy: { name: 'asc' } })
        return Promise.all(authors.map(({ id }) => prisma.book.count({ where: { authorId: id } })))
      })
    },
  },
  {
    name: 'second stranger: Knex reads each reader’s last review',
    expected: [{ kind: 'n_plus_one', on: 'review', column: 'reader.id' }],
    run: async (world) => {
      const { db } = await world.libraries.knex()
      return world.unit('second GET /readers', async () => {
        for (const reader of await db('reader').orderBy('email').limit(world.n)) {
          reader.last = await db('review').where({ reader_id: reader.id }).orderBy('id', 'desc').first()
        }
      })
    },
  },
  {
    name: 'second stranger: Drizzle reads the reviews of each book',
    expected: [{ kind: 'n_plus_one', on: 'review', column: 'book.id' }],
    run: async (world) => {
      const { db, book, review } = await world.libraries.drizzle()
      return world.unit('second GET /books', async () => {
        const books = await db.select().from(book).orderBy(asc(book.title)).limit(world.n)
        return Promise.all(books.map(({ id }) => db.select().from(review).where(eq(review.bookId, id))))
      })
    },
  },
  {
    name: 'second stranger: Sequelize includes what belongs to a book',
    expected: [],
    forbidden: repetitions,
    run: async (world) => {
      const { Book } = await world.libraries.sequelize()
      return world.unit('second GET /books', () =>
        Book.findAll({ limit: world.n, include: ['author', { association: 'reviews', separate: true }] }),
      )
    },
  },
  {
    name: 'second stranger: MikroORM populates what it has found',
    expected: [],
    forbidden: repetitions,
    run: async (world) => {
      const { orm, Book } = await world.libraries.mikro()
      return world.unit('second GET /books', async () => {
        const em = orm.em.fork()
        const books = await em.find(Book, {}, { limit: world.n })
        await em.populate(books, ['author', 'author.books'])
      })
    },
  },
  {
    name: 'second stranger: Prisma includes two levels, page after page',
    expected: [],
    forbidden: repetitions,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      return world.unit('second export books', async () => {
        let cursor: object | undefined
        for (let page = 0; page < 6; page++) {
          const books = await prisma.book.findMany({
            take: 20,
            orderBy: { id: 'asc' },
            include: { author: true, reviews: { include: { reader: true } } },
            ...(cursor === undefined ? {} : { cursor, skip: 1 }),
          })
          cursor = { id: books.at(-1)?.id }
        }
      })
    },
  },
]
