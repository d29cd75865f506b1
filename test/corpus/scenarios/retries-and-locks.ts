import type { Scenario } from '../scenario.js'

const clean = {
  expected: [],
  forbidden: ['n_plus_one', 'duplicate_query'],
  isFixedSize: true,
  runsAlone: true,
} as const

const counterTable = (rows: number): [string, string, unknown[][]] => [
  'counter',
  'id int PRIMARY KEY, value int NOT NULL, version int NOT NULL',
  Array.from({ length: rows }, (_, i) => [i + 1, 0, 0]),
]

/** The same again because the first time did not do, or because each item is a world of its own. */
export const retriesAndLocks: readonly Scenario[] = [
  {
    name: 'a query that fails is tried again',
    ...clean,
    run: (world) =>
      world.unit('retry', async () => {
        for (let attempt = 0; attempt < 6; attempt++) {
          await world.pool
            .query('SELECT 1 / (price - price) FROM book WHERE title = $1', ['Book 7'])
            .catch(() => {})
        }
      }),
  },
  {
    name: 'a transaction that cannot be serialized is tried again as a whole',
    ...clean,
    seed: (seeder) => seeder.table(...counterTable(1)),
    run: (world) =>
      world.unit('serialization retry', async () => {
        for (let attempt = 0; attempt < 6; attempt++) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
            await client.query('SELECT value FROM counter WHERE id = $1', [1])
            await client.query('UPDATE counter SET value = value + 1 WHERE id = $1', [1])
            await client.query(attempt < 5 ? 'ROLLBACK' : 'COMMIT')
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'each step reads what the one before wrote',
    ...clean,
    seed: (seeder) => seeder.table(...counterTable(10)),
    run: (world) =>
      world.unit('read your writes', async () => {
        for (let id = 1; id <= 10; id++) {
          const { rows } = await world.pool.query('SELECT value FROM counter WHERE id = $1', [id])
          await world.pool.query('UPDATE counter SET value = $2 WHERE id = $1 + 1', [id, rows[0].value + 1])
        }
      }),
  },
  {
    name: 'factories: a row is inserted, then read back',
    ...clean,
    forbidden: ['n_plus_one'],
    seed: (seeder) => seeder.table('fixture', 'id serial PRIMARY KEY, name text'),
    run: (world) =>
      world.unit('fixtures', async () => {
        for (let i = 0; i < 8; i++) {
          const { rows } = await world.pool.query('INSERT INTO fixture (name) VALUES ($1) RETURNING id', [
            `f${i}`,
          ])
          await world.pool.query('SELECT * FROM fixture WHERE id = $1', [rows[0].id])
        }
      }),
  },
  {
    name: 'per item a transaction with a lock and an update',
    ...clean,
    seed: (seeder) => seeder.table(...counterTable(9)),
    run: (world) =>
      world.unit('locked items', async () => {
        const { rows } = await world.pool.query('SELECT id FROM counter ORDER BY id')
        for (const { id } of rows) {
          const client = await world.pool.connect()
          await client.query('BEGIN')
          await client.query('SELECT * FROM counter WHERE id = $1 FOR UPDATE', [id])
          await client.query('UPDATE counter SET version = version + 1 WHERE id = $1', [id])
          await client.query('COMMIT')
          client.release()
        }
      }),
  },
  {
    name: 'per item a transaction that reads without a lock first',
    ...clean,
    seed: (seeder) => seeder.table(...counterTable(9)),
    run: (world) =>
      world.unit('isolated items', async () => {
        const { rows } = await world.pool.query('SELECT id FROM counter ORDER BY id')
        for (const { id } of rows) {
          const client = await world.pool.connect()
          await client.query('BEGIN')
          const item = await client.query('SELECT value FROM counter WHERE id = $1', [id])
          await client.query('UPDATE counter SET value = $2 WHERE id = $1', [id, item.rows[0].value + 1])
          await client.query('COMMIT')
          client.release()
        }
      }),
  },
  {
    name: 'an optimistic lock: read, update where the version is still the same',
    ...clean,
    forbidden: ['n_plus_one'],
    seed: (seeder) => seeder.table(...counterTable(7)),
    run: (world) =>
      world.unit('optimistic', async () => {
        for (let id = 1; id <= 7; id++) {
          const { rows } = await world.pool.query('SELECT version FROM counter WHERE id = $1', [id])
          await world.pool.query(
            'UPDATE counter SET value = 1, version = version + 1 WHERE id = $1 AND version = $2',
            [id, rows[0].version],
          )
        }
      }),
  },
  {
    name: 'an advisory lock per item',
    ...clean,
    run: (world) =>
      world.unit('advisory locks', async () => {
        for (let id = 1; id <= 8; id++) {
          const client = await world.pool.connect()
          await client.query('SELECT pg_advisory_lock($1)', [id])
          await client.query('SELECT pg_advisory_unlock($1)', [id])
          client.release()
        }
      }),
  },
  {
    name: 'numbers from a sequence',
    ...clean,
    seed: (seeder) => seeder.run('DROP SEQUENCE IF EXISTS ticket; CREATE SEQUENCE ticket'),
    run: (world) =>
      world.unit('sequence', async () => {
        for (let i = 0; i < 12; i++) await world.pool.query("SELECT nextval('ticket')")
      }),
  },
  {
    name: 'a row level security setting at the start of every transaction',
    ...clean,
    run: (world) =>
      world.unit('row level security', async () => {
        for (const id of world.bookshop.authors.slice(0, 8)) {
          const client = await world.pool.connect()
          await client.query('BEGIN')
          await client.query("SELECT set_config('app.tenant', $1, true)", [`${id}`])
          await client.query("SET LOCAL statement_timeout = '5s'")
          await client.query('SELECT count(*) FROM book WHERE author_id = $1', [id])
          await client.query('COMMIT')
          client.release()
        }
      }),
  },
  {
    name: 'a status is asked for until it changes',
    isSlow: true,
    ...clean,
    seed: (seeder) => seeder.table('export_job', 'id int PRIMARY KEY, status text', [[1, 'running']]),
    run: (world) =>
      world.unit('wait for export', async () => {
        for (let turn = 0; ; turn++) {
          const { rows } = await world.pool.query('SELECT status FROM export_job WHERE id = $1', [1])
          if (rows[0].status === 'done') return
          if (turn === 3) await world.behindTheScenes("UPDATE export_job SET status = 'done'")
          await world.sleep(260)
        }
      }),
  },
]
