import type { Id } from '../identifiers.js'
import type { Seeder } from '../seeder.js'

/** The rows of every world, in the order in which they lie in their tables. */
export interface Bookshop {
  readonly authors: readonly Id[]
  readonly books: readonly Id[]
  readonly readers: readonly Id[]
  readonly reviews: readonly Id[]
}

const authorCount = 220

/** Authors with two books each, books with two reviews each by one of 220 readers. */
export async function seedBookshop(seeder: Seeder): Promise<Bookshop> {
  const authors = seeder.ids(authorCount, 'aut')
  const books = seeder.ids(2 * authorCount, 'bok')
  const readers = seeder.ids(authorCount, 'rdr')
  const reviews = seeder.ids(4 * authorCount, 'rev')
  const writers = seeder.random.shuffled([...authors, ...authors])
  const reviewed = seeder.random.shuffled([...books, ...books])
  // Every reader as often as any, in an order that nothing else has.
  const reviewers = [0, 1, 2, 3].flatMap(() => seeder.random.shuffled(readers))
  await seeder.table(
    'author',
    'id ID PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE',
    authors.map((id, i) => [id, `Author ${i}`, `author.${id}@example.org`]),
  )
  await seeder.table(
    'book',
    'id ID PRIMARY KEY, author_id ID NOT NULL, title text NOT NULL, price int NOT NULL',
    books.map((id, i) => [id, writers[i], `Book ${i}`, 500 + ((i * 37) % 900)]),
  )
  await seeder.table(
    'reader',
    'id ID PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE',
    readers.map((id, i) => [id, `Reader ${i}`, `reader.${id}@example.org`]),
  )
  await seeder.table(
    'review',
    'id ID PRIMARY KEY, book_id ID NOT NULL, reader_id ID NOT NULL, stars int NOT NULL, body text NOT NULL',
    reviews.map((id, i) => [id, reviewed[i], reviewers[i], 1 + (i % 5), `Text ${i}`]),
  )
  await seeder.run(
    'CREATE INDEX ON book (author_id); CREATE INDEX ON review (book_id); CREATE INDEX ON review (reader_id)',
  )
  return { authors, books, readers, reviews }
}
