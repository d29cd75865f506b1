import type { Scenario } from '../scenario.js'

const clean = {
  expected: [],
  forbidden: ['n_plus_one', 'duplicate_query'],
  isFixedSize: true,
  runsAlone: true,
} as const

/** Processes that live for long and do the same again, because time has passed or a message has come. */
export const queuesAndPolling: readonly Scenario[] = [
  {
    name: 'a worker that polls until there is something',
    isSlow: true,
    ...clean,
    run: (world) =>
      world.unit('polling worker', async () => {
        for (let turn = 0; turn < 7; turn++) {
          await world.pool.query("SELECT id FROM book WHERE title = 'Nothing like this' LIMIT 1")
          await world.sleep(260)
        }
      }),
  },
  {
    name: 'a job queue with SKIP LOCKED, a transaction per job',
    ...clean,
    seed: (seeder) =>
      seeder.table(
        'job',
        'id ID PRIMARY KEY, payload_id ID, done boolean NOT NULL',
        seeder.ids(8, 'job').map((id) => [id, id, false]),
      ),
    run: (world) =>
      world.unit('job queue', async () => {
        for (;;) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN')
            const { rows } = await client.query(
              'SELECT id, payload_id FROM job WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
            )
            if (rows.length === 0) {
              await client.query('ROLLBACK')
              return
            }
            await client.query('SELECT * FROM author WHERE id = $1', [world.bookshop.authors[0]])
            await client.query('UPDATE job SET done = true WHERE id = $1', [rows[0].id])
            await client.query('COMMIT')
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'a batch of messages, a unit of work each',
    ...clean,
    run: async (world) => {
      for (const id of world.bookshop.authors.slice(0, 20)) {
        await world.unit('message', async () => {
          await world.pool.query('SELECT * FROM author WHERE id = $1', [id])
        })
      }
    },
  },
  {
    name: 'a job per tenant, a unit of work each, all started by one list',
    ...clean,
    run: async (world) => {
      const { rows } = await world.unit('tenants', () => world.pool.query('SELECT id FROM author LIMIT 12'))
      await Promise.all(
        rows.map(({ id }) =>
          world.unit('tenant report', async () => {
            await world.pool.query('SELECT count(*) FROM book WHERE author_id = $1', [id])
          }),
        ),
      )
    },
  },
  {
    name: 'parallel requests that read the same',
    ...clean,
    run: async (world) => {
      await Promise.all(
        Array.from({ length: 15 }, (_, i) =>
          world.unit('profile', async () => {
            await world.pool.query('SELECT * FROM reader WHERE id = $1', [world.bookshop.readers[i % 3]])
            await world.pool.query('SELECT * FROM review WHERE reader_id = $1', [
              world.bookshop.readers[i % 3],
            ])
          }),
        ),
      )
    },
  },
  {
    name: 'a long-lived connection with a lookup per message',
    isSlow: true,
    ...clean,
    run: (world) =>
      world.unit('websocket', async () => {
        for (const id of world.random.shuffled(world.bookshop.readers).slice(0, 10)) {
          await world.pool.query('SELECT name FROM reader WHERE id = $1', [id])
          await world.sleep(300)
        }
      }),
  },
  {
    name: 'a feature flag that is asked for every so often',
    isSlow: true,
    ...clean,
    run: (world) =>
      world.unit('long job', async () => {
        for (let turn = 0; turn < 6; turn++) {
          await world.pool.query("SELECT price FROM book WHERE title = 'Book 1'")
          await world.sleep(280)
        }
      }),
  },
  {
    name: 'a health check fifty times',
    ...clean,
    run: (world) =>
      world.unit('health', async () => {
        for (let turn = 0; turn < 50; turn++) await world.pool.query('SELECT 1')
      }),
  },
  {
    name: 'session and rate limit, in each of many requests',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('session', 'sid text PRIMARY KEY, data text', [['s1', '{}']])
      await seeder.table('quota', 'client text PRIMARY KEY, used int', [['c1', 0]])
    },
    run: async (world) => {
      for (let request = 0; request < 40; request++) {
        await world.unit('GET /page', async () => {
          await world.pool.query('SELECT data FROM session WHERE sid = $1', ['s1'])
          await world.pool.query('UPDATE quota SET used = used + 1 WHERE client = $1', ['c1'])
          await world.pool.query('SELECT used FROM quota WHERE client = $1', ['c1'])
        })
      }
    },
  },
  {
    name: 'a handler of notifications, a lookup for each, seconds apart',
    ...clean,
    needs: ({ variant }) => variant.driver === 'pg' && variant.poolMax > 1,
    run: (world) =>
      world.unit('listener', async () => {
        const client = await world.pool.connect()
        const ids = world.bookshop.books.slice(0, 9)
        const handled: Promise<unknown>[] = []
        client.on('notification', ({ payload }) =>
          handled.push(world.pool.query('SELECT title FROM book WHERE id = $1', [ids[Number(payload)]])),
        )
        await client.query('LISTEN book_changed')
        for (let i = 0; i < ids.length; i++) {
          await world.behindTheScenes(`NOTIFY book_changed, '${i}'`)
          await world.sleep(30)
        }
        await client.query('UNLISTEN *')
        await Promise.all(handled)
        client.removeAllListeners('notification')
        client.release()
      }),
  },
]
