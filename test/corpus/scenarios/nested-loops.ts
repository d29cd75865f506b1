import type { Scenario } from '../scenario.js'

/** Loops in loops, side by side, and from row to row. */
export const nestedLoops: readonly Scenario[] = [
  {
    name: 'a loop in a loop: reviews of each book, and the reader of each review',
    expected: [
      { kind: 'n_plus_one', on: 'review', column: 'book.id' },
      { kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' },
    ],
    run: (world) =>
      world.unit('books, reviews, readers', async () => {
        const books = await world.pool.query('SELECT id, title FROM book ORDER BY title LIMIT $1', [world.n])
        for (const { id } of books.rows) {
          const reviews = await world.pool.query('SELECT id, reader_id FROM review WHERE book_id = $1', [id])
          for (const { reader_id } of reviews.rows) {
            await world.pool.query('SELECT name FROM reader WHERE id = $1', [reader_id])
          }
        }
      }),
  },
  {
    name: 'two loops with the same source, statement by statement',
    expected: [
      { kind: 'n_plus_one', on: 'book', column: 'review.book_id' },
      { kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' },
    ],
    run: (world) =>
      world.unit('review feed', async () => {
        const { rows } = await world.pool.query(
          'SELECT id, book_id, reader_id FROM review ORDER BY body LIMIT $1',
          [world.n],
        )
        for (const { book_id, reader_id } of rows) {
          await world.pool.query('SELECT title FROM book WHERE id = $1', [book_id])
          await world.pool.query('SELECT name FROM reader WHERE id = $1', [reader_id])
        }
      }),
  },
  {
    name: 'a fan-out inside each step of a loop',
    expected: [
      { kind: 'n_plus_one', on: 'book', column: 'author.id' },
      { kind: 'n_plus_one', on: 'review', column: 'book.id' },
    ],
    run: (world) =>
      world.unit('author pages', async () => {
        const authors = await world.pool.query('SELECT id FROM author ORDER BY email LIMIT $1', [world.n])
        await Promise.all(
          authors.rows.map(async ({ id }) => {
            const books = await world.pool.query('SELECT id FROM book WHERE author_id = $1 ORDER BY title', [
              id,
            ])
            await Promise.all(
              books.rows.map((book) =>
                world.pool.query('SELECT * FROM review WHERE book_id = $1', [book.id]),
              ),
            )
          }),
        )
      }),
  },
  {
    name: 'a chain: the author of the book of each review',
    expected: [
      { kind: 'n_plus_one', on: 'book', column: 'review.book_id' },
      { kind: 'n_plus_one', on: 'author', column: 'book.author_id' },
    ],
    run: (world) =>
      world.unit('review authors', async () => {
        const { rows } = await world.pool.query(
          'SELECT id, book_id FROM review ORDER BY body DESC LIMIT $1',
          [world.n + 2],
        )
        for (const { book_id } of rows) {
          const book = await world.pool.query('SELECT id, author_id FROM book WHERE id = $1', [book_id])
          await world.pool.query('SELECT name FROM author WHERE id = $1', [book.rows[0].author_id])
        }
      }),
  },
  {
    name: 'a walk through a tree by parent',
    expected: [{ kind: 'n_plus_one', tiers: ['recursive'] }],
    isFixedSize: true,
    seed: (seeder) => {
      const ids = seeder.ids(15, 'cat')
      const rows = ids.map((id, i) => [id, i === 0 ? null : ids[(i - 1) >> 1], `Category ${i}`])
      return seeder.table('category', 'id ID PRIMARY KEY, parent_id ID, name text', rows)
    },
    run: (world) =>
      world.unit('category tree', async () => {
        const walk = async (id: unknown): Promise<void> => {
          const { rows } = await world.pool.query('SELECT id, name FROM category WHERE parent_id = $1', [id])
          for (const child of rows) await walk(child.id)
        }
        const root = await world.pool.query('SELECT id FROM category WHERE parent_id IS NULL')
        await walk(root.rows[0].id)
      }),
  },
  {
    name: 'a chain of rows, each naming the next',
    expected: [{ kind: 'n_plus_one', tiers: ['recursive'] }],
    isFixedSize: true,
    seed: (seeder) => {
      const ids = seeder.ids(12, 'stp')
      return seeder.table(
        'step',
        'id ID PRIMARY KEY, next_id ID, title text',
        ids.map((id, i) => [id, ids[i + 1], `Step ${i}`]),
      )
    },
    run: (world) =>
      world.unit('steps', async () => {
        const first = await world.pool.query(
          'SELECT id FROM step s WHERE NOT EXISTS (SELECT FROM step p WHERE p.next_id = s.id)',
        )
        let id = first.rows[0].id
        while (id !== null) {
          const { rows } = await world.pool.query('SELECT id, next_id, title FROM step WHERE id = $1', [id])
          id = rows[0].next_id
        }
      }),
  },
  {
    name: 'from an employee up to the top, manager by manager',
    expected: [{ kind: 'n_plus_one', tiers: ['recursive'] }],
    isFixedSize: true,
    seed: (seeder) => {
      const ids = seeder.ids(9, 'emp')
      return seeder.table(
        'employee',
        'id ID PRIMARY KEY, manager_id ID, level int',
        ids.map((id, i) => [id, ids[i - 1], i]),
      )
    },
    run: (world) =>
      world.unit('chain of command', async () => {
        const { rows } = await world.pool.query('SELECT id, manager_id FROM employee WHERE level = 8')
        let manager = rows[0].manager_id
        while (manager !== null) {
          const next = await world.pool.query('SELECT id, manager_id FROM employee WHERE id = $1', [manager])
          manager = next.rows[0].manager_id
        }
      }),
  },
]
