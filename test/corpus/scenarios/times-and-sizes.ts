import type { Scenario } from '../scenario.js'

const alone = { isFixedSize: true, runsAlone: true, isSlow: true } as const
const fourClients = ({ variant }: { readonly variant: { readonly poolMax: number } }): boolean =>
  variant.poolMax >= 4

function blockFor(millis: number): void {
  const end = performance.now() + millis
  while (performance.now() < end);
}

/** Where time goes, and how much comes back. */
export const timesAndSizes: readonly Scenario[] = [
  {
    name: 'a query that the server works on for long',
    ...alone,
    expected: [{ kind: 'slow_query' }],
    run: (world) =>
      world.unit('slow', async () => {
        await world.pool.query('SELECT pg_sleep(0.6)')
      }),
  },
  {
    name: 'five queries of 30 ms at once on one client: the later ones wait for their turn',
    ...alone,
    expected: [{ kind: 'queue_wait' }],
    forbidden: ['slow_query'],
    needs: ({ variant }) => variant.driver === 'pg',
    run: (world) =>
      world.unit('one client', async () => {
        const client = await world.pool.connect()
        await Promise.all([1, 2, 3, 4, 5].map(() => client.query('SELECT pg_sleep(0.03)')))
        client.release()
      }),
  },
  {
    name: 'a quick query while the process computes for 400 ms',
    ...alone,
    expected: [],
    forbidden: ['slow_query'],
    run: (world) =>
      world.unit('busy process', async () => {
        await world.pool.query('SELECT 1')
        const answer = world.pool.query('SELECT count(*) FROM author')
        await new Promise((resolve) => setImmediate(resolve))
        blockFor(400)
        await answer
      }),
  },
  {
    name: 'a pool of one that somebody else holds',
    ...alone,
    expected: [{ kind: 'pool_wait' }],
    forbidden: ['slow_query'],
    run: async (world) => {
      const pool = world.anotherPool({ max: 1 })
      const holder = await pool.connect()
      await world.unit('waits for the pool', async () => {
        const answer = pool.query('SELECT count(*) FROM author')
        await world.sleep(400)
        holder.release()
        await answer
      })
      await pool.end()
    },
  },
  {
    name: 'a report that is slow by intent, and says so',
    ...alone,
    expected: [],
    forbidden: ['slow_query'],
    run: (world) =>
      world.unit('declared report', async () => {
        await world.pool.query('/* pgspan:ignore slow_query */ SELECT pg_sleep(0.3)')
      }),
  },
  {
    name: 'twenty thousand rows in one result',
    ...alone,
    expected: [{ kind: 'large_result' }],
    run: (world) =>
      world.unit('large result', async () => {
        await world.pool.query('SELECT n, n * 2 AS twice FROM generate_series(1, 20000) AS n')
      }),
  },
  {
    name: 'a table without a limit that grows over the days',
    ...alone,
    expected: [{ kind: 'unbounded_select' }],
    seed: (seeder) => seeder.table('event', 'id int, label text'),
    run: async (world) => {
      for (let day = 1; day <= 45; day++) {
        await world.behindTheScenes(`INSERT INTO event SELECT n, 'e' FROM generate_series(1, 40) AS n`)
        await world.unit('GET /events', async () => {
          await world.pool.query('SELECT * FROM event')
        })
      }
    },
  },
  {
    name: 'a small table without a limit that stays as it is',
    ...alone,
    expected: [],
    forbidden: ['unbounded_select', 'large_result'],
    run: async (world) => {
      for (let day = 1; day <= 30; day++) {
        await world.unit('GET /authors', async () => {
          await world.pool.query('SELECT * FROM author')
        })
      }
    },
  },
  {
    name: 'a transaction that waits for another service',
    ...alone,
    expected: [{ kind: 'idle_in_transaction' }],
    run: (world) =>
      world.unit('payment', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        await client.query('SELECT * FROM author LIMIT 1')
        await world.sleep(700)
        await client.query('SELECT count(*) FROM book')
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'a transaction that computes for a moment',
    ...alone,
    expected: [],
    forbidden: ['idle_in_transaction'],
    run: (world) =>
      world.unit('quick transaction', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        await client.query('SELECT * FROM author LIMIT 1')
        blockFor(20)
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'a transaction that is still open when its client goes back',
    ...alone,
    expected: [{ kind: 'transaction_left_open' }],
    run: async (world) => {
      const pool = world.anotherPool({ max: 1 })
      await world.unit('left open', async () => {
        const client = await pool.connect()
        await client.query('BEGIN')
        await client.query('SELECT * FROM author LIMIT 1')
        client.release()
      })
      await pool.query('ROLLBACK')
      await pool.end()
    },
  },
  {
    name: 'three slow lookups one after the other that need nothing of each other',
    ...alone,
    expected: [{ kind: 'sequential_independent' }],
    needs: fourClients,
    run: (world) =>
      world.unit('independent lookups', async () => {
        // As slow on any machine.
        await world.pool.query('SELECT max(body) AS body, pg_sleep(0.07) FROM review')
        await world.pool.query('SELECT max(title) AS title, pg_sleep(0.07) FROM book')
        await world.pool.query('SELECT max(name) AS name, pg_sleep(0.07) FROM author')
      }),
  },
  {
    name: 'two slow lookups of which the second needs the first',
    ...alone,
    expected: [],
    forbidden: ['sequential_independent'],
    run: (world) =>
      world.unit('dependent lookups', async () => {
        const { rows } = await world.pool.query(
          'SELECT max(a.reader_id::text) AS reader FROM review a, review b WHERE a.stars < b.stars',
        )
        await world.pool.query('SELECT count(*) AS n FROM review a, review b WHERE a.reader_id::text <> $1', [
          rows[0].reader,
        ])
      }),
  },
  {
    name: 'two slow lookups in one transaction',
    ...alone,
    expected: [],
    forbidden: ['sequential_independent'],
    run: (world) =>
      world.unit('lookups in a transaction', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        await client.query('SELECT count(*) AS n FROM review a, review b WHERE a.stars > b.stars')
        await client.query('SELECT max(a.body) AS m FROM review a, review b WHERE a.stars < b.stars')
        await client.query('COMMIT')
        client.release()
      }),
  },
]
