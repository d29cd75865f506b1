import type { Scenario } from '../../scenario.js'
import type { World } from '../../world.js'

const alone = { isFixedSize: true, runsAlone: true } as const

/** A transaction as applications write it: a function that is handed a client. */
async function inTransaction<Result>(
  world: World,
  work: (
    query: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>,
  ) => Promise<Result>,
): Promise<Result> {
  const client = await world.pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work((text, values) => client.query(text, values))
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/** Time, transactions and connections. */
export const waits: readonly Scenario[] = [
  {
    name: 'strangers: a payment provider called inside a transaction',
    ...alone,
    isSlow: true,
    expected: [{ kind: 'idle_in_transaction' }],
    seed: (seeder) => seeder.table('basket', 'id int PRIMARY KEY, state text', [[3, 'open']]),
    run: (world) =>
      world.unit('POST /pay', () =>
        inTransaction(world, async (query) => {
          await query('SELECT state FROM basket WHERE id = $1 FOR UPDATE', [3])
          await world.sleep(600)
          await query("UPDATE basket SET state = 'paid' WHERE id = $1", [3])
        }),
      ),
  },
  {
    name: 'strangers: a transaction whose work takes no time between its statements',
    ...alone,
    expected: [],
    forbidden: ['idle_in_transaction', 'slow_transaction', 'write_loop', 'n_plus_one'],
    seed: (seeder) =>
      seeder.table('account', 'id int PRIMARY KEY, amount int', [
        [1, 500],
        [2, 500],
      ]),
    run: (world) =>
      world.unit('POST /transfer', () =>
        inTransaction(world, async (query) => {
          await query('SELECT amount FROM account WHERE id = $1 FOR UPDATE', [1])
          await query('SELECT amount FROM account WHERE id = $1 FOR UPDATE', [2])
          await query('UPDATE account SET amount = amount - $1 WHERE id = $2', [5, 1])
          await query('UPDATE account SET amount = amount + $1 WHERE id = $2', [5, 2])
        }),
      ),
  },
  {
    name: 'strangers: an error that skips both COMMIT and ROLLBACK',
    ...alone,
    expected: [{ kind: 'transaction_left_open' }],
    seed: (seeder) => seeder.table('basket', 'id int PRIMARY KEY, state text', [[3, 'open']]),
    run: async (world) => {
      const pool = world.anotherPool({ max: 1 })
      await world
        .unit('POST /basket', async () => {
          const client = await pool.connect()
          try {
            await client.query('BEGIN')
            await client.query("UPDATE basket SET state = 'paid' WHERE id = 3")
            throw new Error('validation')
          } finally {
            client.release()
          }
        })
        .catch(() => {})
      await pool.end()
    },
  },
  {
    name: 'strangers: a serialization failure, three times, and then it works',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'transaction_left_open', 'autocommit_loop', 'write_loop'],
    seed: (seeder) => seeder.table('account', 'id int PRIMARY KEY, amount int', [[1, 500]]),
    run: (world) =>
      world.unit('POST /withdraw', async () => {
        for (let attempt = 0; ; attempt++) {
          try {
            await inTransaction(world, async (query) => {
              await query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
              await query('SELECT amount FROM account WHERE id = $1', [1])
              await query('UPDATE account SET amount = amount - $1 WHERE id = $2', [7, 1])
              if (attempt < 3)
                await query("DO $$ BEGIN RAISE EXCEPTION 'retry' USING ERRCODE = '40001'; END $$")
            })
            return
          } catch (error) {
            if ((error as { code?: string }).code !== '40001') throw error
            await world.sleep(5)
          }
        }
      }),
  },
  {
    name: 'strangers: a report that takes 160 ms, four times in a row',
    ...alone,
    expected: [{ kind: 'slow_query' }],
    run: async (world) => {
      for (let i = 0; i < 4; i++) {
        await world.unit('GET /report', async () => {
          await world.pool.query('SELECT count(*), pg_sleep(0.16) FROM book WHERE price > $1', [500 + i])
        })
      }
    },
  },
  {
    name: 'strangers: one client for all, and a slow statement before the others',
    ...alone,
    isSlow: true,
    expected: [{ kind: 'queue_wait' }],
    tolerated: ['slow_query'],
    needs: ({ variant }) => variant.driver === 'pg',
    run: (world) =>
      world.unit('GET /widgets', async () => {
        const client = await world.pool.connect()
        await Promise.all([
          client.query('SELECT pg_sleep(0.2), count(*) FROM review'),
          client.query('SELECT count(*) FROM author'),
          client.query('SELECT max(price) FROM book'),
        ])
        client.release()
      }),
  },
  {
    name: 'strangers: twelve requests for two connections that are each held for 70 ms',
    ...alone,
    expected: [{ kind: 'pool_wait' }],
    needs: ({ variant }) => variant.driver !== 'native',
    run: async (world) => {
      const pool = world.anotherPool({ max: 2 })
      await Promise.all(
        Array.from({ length: 12 }, () =>
          world.unit('GET /busy', async () => {
            const client = await pool.connect()
            await client.query('SELECT pg_sleep(0.07)')
            client.release()
          }),
        ),
      )
      await pool.end()
    },
  },
  {
    name: 'strangers: six unlike sums of 45 ms each, one after the other',
    ...alone,
    isSlow: true,
    expected: [{ kind: 'sequential_independent' }],
    // The end of a trace that no span processor follows is not known.
    needs: ({ variant }) => variant.poolMax > 1 && variant.unit !== 'trace',
    run: (world) =>
      world.unit('GET /dashboard', async () => {
        const { pool } = world
        const books = await pool.query('SELECT count(*), pg_sleep(0.045) FROM book')
        const authors = await pool.query('SELECT count(*), pg_sleep(0.045) FROM author')
        const readers = await pool.query('SELECT count(*), pg_sleep(0.045) FROM reader')
        const stars = await pool.query('SELECT avg(stars), pg_sleep(0.045) FROM review')
        const price = await pool.query('SELECT max(price), pg_sleep(0.045) FROM book')
        const cheap = await pool.query('SELECT min(price), pg_sleep(0.045) FROM book')
        return [books, authors, readers, stars, price, cheap].map(({ rows }) => rows[0])
      }),
  },
  {
    name: 'strangers: the same sums at once',
    ...alone,
    expected: [],
    forbidden: ['sequential_independent', 'duplicate_query'],
    needs: ({ variant }) => variant.poolMax > 3,
    run: (world) =>
      world.unit('GET /dashboard', async () => {
        const { pool } = world
        await Promise.all([
          pool.query('SELECT count(*), pg_sleep(0.045) FROM book'),
          pool.query('SELECT count(*), pg_sleep(0.045) FROM author'),
          pool.query('SELECT count(*), pg_sleep(0.045) FROM reader'),
          pool.query('SELECT avg(stars), pg_sleep(0.045) FROM review'),
        ])
      }),
  },
  {
    name: 'strangers: a page of seventy different questions',
    ...alone,
    expected: [{ kind: 'chatty' }],
    needs: ({ variant }) => variant.unit === 'http',
    run: (world) =>
      world.unit('GET /everything', async () => {
        const columns = ['id', 'title', 'price', 'author_id', 'title, price', 'id, price', 'id, title']
        const orders = ['id', 'title', 'price', 'author_id', 'price, id']
        for (const column of columns) {
          for (const order of orders) {
            await world.pool.query(`SELECT ${column} FROM book ORDER BY ${order} LIMIT 1`)
            await world.pool.query(`SELECT ${column} FROM book ORDER BY ${order} DESC LIMIT 1`)
          }
        }
      }),
  },
  {
    name: 'strangers: a whole log of 12,000 lines in one result',
    ...alone,
    expected: [{ kind: 'large_result' }],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS log_line; CREATE TABLE log_line AS SELECT i AS id, 'line ' || i AS text FROM generate_series(1, 12000) i",
      ),
    run: (world) =>
      world.unit('GET /log', async () => {
        await world.pool.query('SELECT id, text FROM log_line')
      }),
  },
  {
    name: 'strangers: all comments, more from day to day',
    ...alone,
    expected: [{ kind: 'unbounded_select' }],
    tolerated: ['large_result'],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS comment_line; CREATE TABLE comment_line AS SELECT i AS id, 'c' AS text FROM generate_series(1, 400) i",
      ),
    run: async (world) => {
      for (let day = 0; day < 45; day++) {
        await world.unit('GET /comments', async () => {
          await world.pool.query('SELECT id, text FROM comment_line')
        })
        await world.behindTheScenes(
          `INSERT INTO comment_line SELECT i, 'c' FROM generate_series(${day * 40}, ${day * 40 + 39}) i`,
        )
      }
    },
  },
  {
    name: 'strangers: the newest hundred comments of a table that grows',
    ...alone,
    expected: [],
    forbidden: ['unbounded_select', 'large_result', 'duplicate_query'],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS comment_line; CREATE TABLE comment_line AS SELECT i AS id, 'c' AS text FROM generate_series(1, 400) i",
      ),
    run: async (world) => {
      for (let day = 0; day < 40; day++) {
        await world.unit('GET /comments', async () => {
          await world.pool.query('SELECT id, text FROM comment_line ORDER BY id DESC LIMIT 100')
        })
        await world.behindTheScenes(
          `INSERT INTO comment_line SELECT i, 'c' FROM generate_series(${day * 40}, ${day * 40 + 39}) i`,
        )
      }
    },
  },
  {
    name: 'strangers: six lines of a journal written after the answer was sent',
    ...alone,
    expected: [{ kind: 'context_loss' }],
    tolerated: ['write_loop'],
    needs: ({ variant }) => variant.unit !== 'trace',
    seed: (seeder) => seeder.table('journal', 'id serial, text text'),
    run: async (world) => {
      const late: Promise<unknown>[] = []
      await world.unit('POST /sign-up', async () => {
        await world.pool.query('SELECT count(*) FROM reader')
        late.push(
          (async () => {
            await world.sleep(60)
            for (let i = 0; i < 6; i++) {
              await world.pool.query('INSERT INTO journal (text) VALUES ($1)', [`line ${i}`])
            }
          })(),
        )
      })
      await Promise.all(late)
    },
  },
  {
    name: 'strangers: sixty requests that each write one line of a journal',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'autocommit_loop', 'context_loss', 'n_plus_one'],
    seed: (seeder) => seeder.table('journal', 'id serial, text text'),
    run: async (world) => {
      for (let i = 0; i < 60; i++) {
        await world.unit('GET /any', async () => {
          await world.pool.query('SELECT title FROM book ORDER BY title LIMIT 1')
          await world.pool.query('INSERT INTO journal (text) VALUES ($1)', [`line ${i}`])
        })
      }
    },
  },
  {
    name: 'strangers: fifty readings of sensors that belong to no request',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'autocommit_loop', 'n_plus_one', 'context_loss'],
    seed: (seeder) => seeder.table('reading', 'sensor int, value int'),
    run: async (world) => {
      for (let i = 0; i < 50; i++) {
        await world.pool.query('INSERT INTO reading VALUES ($1, $2)', [i % 7, i])
      }
    },
  },
]
