import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const alone = { isFixedSize: true, runsAlone: true } as const

const currentReader = async (world: World) => {
  const { rows } = await world.pool.query('SELECT * FROM reader WHERE id = $1', [world.bookshop.readers[0]])
  return rows[0]
}
const isAllowed = async (world: World) => (await currentReader(world)) !== undefined
const nameOfReader = async (world: World) => (await currentReader(world)).name

/** The same question again: by mistake, or because the answer may have changed. */
export const repeatedReads: readonly Scenario[] = [
  {
    name: 'one row of settings six times from one place',
    ...alone,
    expected: [{ kind: 'duplicate_query', on: 'book' }],
    run: (world) =>
      world.unit('settings', async () => {
        for (let i = 0; i < 6; i++) await world.pool.query("SELECT price FROM book WHERE title = 'Book 11'")
      }),
  },
  {
    name: 'the same reader, loaded by three layers of one request',
    ...alone,
    expected: [{ kind: 'duplicate_query', on: 'reader' }],
    run: (world) =>
      world.unit('layers', async () => {
        await currentReader(world)
        await world.pool.query('SELECT count(*) FROM book')
        await isAllowed(world)
        await nameOfReader(world)
      }),
  },
  {
    name: 'a read before a write, and after it',
    ...alone,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one'],
    seed: (seeder) => seeder.table('balance', 'id int PRIMARY KEY, amount int', [[1, 100]]),
    run: (world) =>
      world.unit('transfer', async () => {
        for (let i = 0; i < 4; i++) {
          await world.pool.query('SELECT amount FROM balance WHERE id = 1')
          await world.pool.query('UPDATE balance SET amount = amount - 1 WHERE id = 1')
        }
        await world.pool.query('SELECT amount FROM balance WHERE id = 1')
      }),
  },
  {
    name: 'a rate and a reader, each many times: an N+1 beside duplicates',
    ...alone,
    expected: [
      { kind: 'n_plus_one', on: 'reader', column: 'review.reader_id' },
      { kind: 'duplicate_query', on: 'author' },
    ],
    run: (world) =>
      world.unit('n+1 and duplicates', async () => {
        const { rows } = await world.pool.query('SELECT id, reader_id FROM review ORDER BY body LIMIT 12')
        for (const { reader_id } of rows) {
          await world.pool.query('SELECT name FROM reader WHERE id = $1', [reader_id])
          await world.pool.query("SELECT email FROM author WHERE name = 'Author 1'")
        }
      }),
  },
]
