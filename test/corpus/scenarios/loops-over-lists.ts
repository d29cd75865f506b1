import pLimit from 'p-limit'
import QueryStream from 'pg-query-stream'
import type { Scenario } from '../scenario.js'

const booksOfAuthor = 'SELECT id, title FROM book WHERE author_id = $1'

/** One query for a list, then one for each row of it, with the driver alone. */
export const loopsOverLists: readonly Scenario[] = [
  {
    name: 'a loop awaits the children of each row',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('authors with books', async () => {
        const { rows } = await world.pool.query('SELECT id, name FROM author ORDER BY name LIMIT $1', [
          world.n,
        ])
        for (const { id } of rows) await world.pool.query(booksOfAuthor, [id])
      }),
  },
  {
    name: 'Promise.all over the rows of a list',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: (world) =>
      world.unit('books with author', async () => {
        const { rows } = await world.pool.query(
          `SELECT DISTINCT ON (author_id) id, author_id FROM book ORDER BY author_id LIMIT ${world.n}`,
        )
        await Promise.all(
          rows.map(({ author_id }) => world.pool.query('SELECT name FROM author WHERE id = $1', [author_id])),
        )
      }),
  },
  {
    name: 'three at a time over the rows of a list',
    expected: [{ kind: 'n_plus_one', column: 'book.id' }],
    run: (world) =>
      world.unit('books with reviews', async () => {
        const { rows } = await world.pool.query('SELECT id FROM book ORDER BY title LIMIT $1', [world.n])
        const limit = pLimit(3)
        await Promise.all(
          rows.map(({ id }) =>
            limit(() => world.pool.query('SELECT stars FROM review WHERE book_id = $1', [id])),
          ),
        )
      }),
  },
  {
    name: 'a serializer counts the children of each row',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('author list', async () => {
        const { rows } = await world.pool.query('SELECT * FROM author ORDER BY email LIMIT $1', [world.n])
        const serialize = async (author: { id: unknown; name: string }) => {
          const count = await world.pool.query(
            'SELECT count(*)::int AS count FROM book WHERE author_id = $1',
            [author.id],
          )
          return { name: author.name, books: count.rows[0].count }
        }
        for (const row of rows) await serialize(row)
      }),
  },
  {
    name: 'a check whether each row has any child',
    expected: [{ kind: 'n_plus_one', column: 'reader.id' }],
    run: (world) =>
      world.unit('active readers', async () => {
        const { rows } = await world.pool.query('SELECT id FROM reader ORDER BY name DESC LIMIT $1', [
          world.n,
        ])
        for (const { id } of rows) {
          await world.pool.query(
            'SELECT EXISTS (SELECT FROM review WHERE reader_id = $1 AND stars > 2) AS any',
            [id],
          )
        }
      }),
  },
  {
    name: 'the latest child of each row',
    expected: [{ kind: 'n_plus_one', column: 'book.id' }],
    run: (world) =>
      world.unit('latest reviews', async () => {
        const { rows } = await world.pool.query('SELECT id, title FROM book ORDER BY price, title LIMIT $1', [
          world.n,
        ])
        for (const { id } of rows) {
          await world.pool.query('SELECT body FROM review WHERE book_id = $1 ORDER BY id DESC LIMIT 1', [id])
        }
      }),
  },
  {
    name: 'a loop inside one transaction on one client',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('authors in a transaction', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN')
          const { rows } = await client.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n])
          for (const { id } of rows) await client.query(booksOfAuthor, [id])
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'a slow body: each row also waits for another service',
    isSlow: true,
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    isFixedSize: true,
    run: (world) =>
      world.unit('authors with prices', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT 9')
        for (const { id } of rows) {
          await world.pool.query(booksOfAuthor, [id])
          await world.sleep(270)
        }
      }),
  },
  {
    // Rows of a stream are the consumer's: nobody reads them over.
    name: 'the consumer of a stream asks about every row',
    expected: [{ kind: 'n_plus_one', tiers: ['strong'], column: null }],
    // The stream holds a connection meanwhile, which is said as far as stacks are known.
    tolerated: ['nested_acquire'],
    needs: ({ variant }) => variant.driver === 'pg' && variant.poolMax > 1,
    runsAlone: true,
    run: (world) =>
      world.unit('export', async () => {
        const client = await world.pool.connect()
        try {
          const stream = client.query(
            new QueryStream('SELECT id FROM author ORDER BY name LIMIT $1', [world.n]),
          )
          for await (const { id } of stream) await world.pool.query(booksOfAuthor, [id])
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'an async generator in between',
    expected: [{ kind: 'n_plus_one', column: 'reader.id' }],
    run: (world) =>
      world.unit('reader digest', async () => {
        async function* readers() {
          const { rows } = await world.pool.query('SELECT id, email FROM reader ORDER BY email LIMIT $1', [
            world.n,
          ])
          yield* rows
        }
        for await (const { id } of readers()) {
          await world.pool.query('SELECT stars, body FROM review WHERE reader_id = $1', [id])
        }
      }),
  },
  {
    name: 'a nightly job over some hundred rows',
    expected: [{ kind: 'n_plus_one', column: 'book.id' }],
    isFixedSize: true,
    needs: ({ variant }) => variant.latencyMillis === 0 && variant.requests === 1,
    run: (world) =>
      world.unit('nightly', async () => {
        const { rows } = await world.pool.query('SELECT id FROM book ORDER BY price LIMIT 300')
        for (const { id } of rows)
          await world.pool.query('SELECT avg(stars) FROM review WHERE book_id = $1', [id])
      }),
  },
  {
    name: 'rows as arrays, values as texts, statements with names',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('rows as arrays', async () => {
        const list = {
          text: 'SELECT name, id FROM author ORDER BY email DESC LIMIT $1',
          rowMode: 'array' as const,
        }
        const { rows } = await world.pool.query(list, [world.n])
        for (const [, id] of rows) {
          await world.pool.query({ name: 'books-of-author', text: booksOfAuthor, values: [`${id}`] })
        }
      }),
  },
  {
    name: 'callbacks all the way',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit(
        'callbacks',
        () =>
          new Promise<void>((resolve, reject) => {
            world.pool.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n], (error, { rows }) => {
              if (error) return reject(error)
              const next = (at: number): void => {
                if (at === rows.length) resolve()
                else
                  world.pool.query(booksOfAuthor, [rows[at].id], (failure) =>
                    failure ? reject(failure) : next(at + 1),
                  )
              }
              next(0)
            })
          }),
      ),
  },
  {
    name: 'eight authors of many books, asked for once per book',
    // `author_id` names no table of writers: where ids lie close together, it proves nothing.
    expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'], column: 'listing.author_id' }],
    forbidden: ['duplicate_query'],
    isFixedSize: true,
    seed: async (seeder) => {
      const authors = seeder.ids(8, 'aut')
      const rows = seeder.ids(24, 'lst').map((id, i) => [id, authors[(i * 5) % 8]])
      await seeder.table('listing', 'id ID PRIMARY KEY, author_id ID NOT NULL', rows)
      await seeder.table(
        'writer',
        'id ID PRIMARY KEY, name text',
        authors.map((id, i) => [id, `Writer ${i}`]),
      )
    },
    run: (world) =>
      world.unit('listings', async () => {
        const { rows } = await world.pool.query('SELECT id, author_id FROM listing')
        for (const { author_id } of rows)
          await world.pool.query('SELECT name FROM writer WHERE id = $1', [author_id])
      }),
  },
]
