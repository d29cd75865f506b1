import pLimit from 'p-limit'
import type { Scenario } from '../scenario.js'

const bookOfAuthor = 'SELECT id, title FROM book WHERE author_id = $1'

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
        for (const { id } of rows) await world.pool.query(bookOfAuthor, [id])
      }),
  },
  {
    name: 'Promise.all over the rows of a list',
    expected: [{ kind: 'n_plus_one', column: 'book.author_id' }],
    run: (world) =>
      world.unit('books with author', async () => {
        const { rows } = await world.pool.query('SELECT id, author_id FROM book ORDER BY title LIMIT $1', [
          world.n,
        ])
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
]
