import 'reflect-metadata'
import { DataSource, EntitySchema, type Repository } from 'typeorm'
import type { Id } from '../identifiers.js'
import type { LibrarySetting } from './libraries.js'

interface Author {
  id: Id
  name: string
  books: Promise<Book[]>
}
interface Book {
  id: Id
  authorId: Id
  title: string
  author: Promise<Author>
  reviews: Promise<Review[]>
}
interface Review {
  id: Id
  bookId: Id
  readerId: Id
  stars: number
  book: Promise<Book>
  reader: Promise<Reader>
}
interface Reader {
  id: Id
  name: string
}

export interface TypeormShop {
  readonly source: DataSource
  readonly authors: Repository<Author>
  readonly books: Repository<Book>
  readonly readers: Repository<Reader>
  readonly reviews: Repository<Review>
  readonly close: () => Promise<void>
}

export async function openTypeorm({
  variant,
  poolMax,
  connectionString,
}: LibrarySetting): Promise<TypeormShop> {
  const type = variant.idType
  const id = { type, primary: true } as const
  const author = new EntitySchema<Author>({
    name: 'author',
    columns: { id, name: { type: 'text' } },
    relations: { books: { type: 'one-to-many', target: 'book', inverseSide: 'author', lazy: true } },
  })
  const book = new EntitySchema<Book>({
    name: 'book',
    columns: { id, authorId: { type, name: 'author_id' }, title: { type: 'text' } },
    relations: {
      author: {
        type: 'many-to-one',
        target: 'author',
        inverseSide: 'books',
        lazy: true,
        joinColumn: { name: 'author_id' },
      },
      reviews: { type: 'one-to-many', target: 'review', inverseSide: 'book', lazy: true },
    },
  })
  const review = new EntitySchema<Review>({
    name: 'review',
    columns: {
      id,
      bookId: { type, name: 'book_id' },
      readerId: { type, name: 'reader_id' },
      stars: { type: 'int' },
    },
    relations: {
      book: {
        type: 'many-to-one',
        target: 'book',
        inverseSide: 'reviews',
        lazy: true,
        joinColumn: { name: 'book_id' },
      },
      reader: { type: 'many-to-one', target: 'reader', lazy: true, joinColumn: { name: 'reader_id' } },
    },
  })
  const reader = new EntitySchema<Reader>({ name: 'reader', columns: { id, name: { type: 'text' } } })
  const source = new DataSource({
    type: 'postgres',
    url: connectionString,
    entities: [author, book, review, reader],
    poolSize: poolMax,
  })
  await source.initialize()
  return {
    source,
    authors: source.getRepository(author),
    books: source.getRepository(book),
    readers: source.getRepository(reader),
    reviews: source.getRepository(review),
    close: () => source.destroy(),
  }
}
