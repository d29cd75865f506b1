import { relations } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { bigint, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Variant } from '../variant.js'
import type { LibrarySetting } from './libraries.js'

/** Types of ids vary; to the type checker they are all texts. */
function idColumn(type: Variant['idType'], name: string) {
  if (type === 'uuid') return uuid(name).notNull()
  const other = { int: integer(name), bigint: bigint(name, { mode: 'bigint' }), text: text(name) }[type]
  return (other as unknown as ReturnType<typeof uuid>).notNull()
}

function schemaOf(type: Variant['idType']) {
  const id = (name = 'id') => idColumn(type, name)
  const author = pgTable('author', { id: id().primaryKey(), name: text('name'), email: text('email') })
  const book = pgTable('book', {
    id: id().primaryKey(),
    authorId: id('author_id'),
    title: text('title'),
    price: integer('price'),
  })
  const reader = pgTable('reader', { id: id().primaryKey(), name: text('name'), email: text('email') })
  const review = pgTable('review', {
    id: id().primaryKey(),
    bookId: id('book_id'),
    readerId: id('reader_id'),
    stars: integer('stars'),
    body: text('body'),
  })
  return {
    author,
    book,
    reader,
    review,
    authorRelations: relations(author, ({ many }) => ({ books: many(book) })),
    bookRelations: relations(book, ({ one, many }) => ({
      author: one(author, { fields: [book.authorId], references: [author.id] }),
      reviews: many(review),
    })),
    reviewRelations: relations(review, ({ one }) => ({
      book: one(book, { fields: [review.bookId], references: [book.id] }),
      reader: one(reader, { fields: [review.readerId], references: [reader.id] }),
    })),
  }
}

export interface DrizzleShop extends Omit<ReturnType<typeof schemaOf>, `${string}Relations`> {
  readonly db: NodePgDatabase<ReturnType<typeof schemaOf>>
  readonly close: () => Promise<void>
}

export async function openDrizzle({ variant, pool }: LibrarySetting): Promise<DrizzleShop> {
  const schema = schemaOf(variant.idType)
  const { author, book, reader, review } = schema
  return { db: drizzle(pool, { schema }), author, book, reader, review, close: async () => {} }
}
