import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

const alone = { isFixedSize: true, runsAlone: true } as const

const seedTasks = (seeder: Seeder) =>
  seeder.table(
    'task',
    "id int PRIMARY KEY, state text NOT NULL DEFAULT 'new', payload text",
    Array.from({ length: 14 }, (_, i) => [i * 3 + 1, 'new', `payload ${i}`]),
  )

const seedOutbox = (seeder: Seeder, count: number) =>
  seeder.table(
    'outbox',
    'id int PRIMARY KEY, topic text NOT NULL, body text NOT NULL',
    Array.from({ length: count }, (_, i) => [i * 7 + 5, 'order.created', `{"n":${i}}`]),
  )

/** Queues, relays, schedules and clearing up. */
export const backgroundWork: readonly Scenario[] = [
  {
    name: 'strangers: a worker that claims a task, does it, and goes on until there is none',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query', 'zero_row_write'],
    seed: seedTasks,
    run: (world) =>
      world.unit('drain', async () => {
        for (;;) {
          const claimed = await world.pool.query(
            `UPDATE task SET state = 'active' WHERE id = (
               SELECT id FROM task WHERE state = 'new' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1
             ) RETURNING id, payload`,
          )
          const task = claimed.rows[0]
          if (task === undefined) return
          await world.sleep(2)
          await world.pool.query("UPDATE task SET state = 'done' WHERE id = $1", [task.id])
        }
      }),
  },
  {
    name: 'strangers: twelve tasks, each locked and finished in a transaction of its own',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query', 'autocommit_loop'],
    seed: seedTasks,
    run: (world) =>
      world.unit('work off', async () => {
        for (let i = 0; i < 12; i++) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN')
            const { rows } = await client.query(
              "SELECT * FROM task WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
            )
            if (rows[0]) await client.query('DELETE FROM task WHERE id = $1', [rows[0].id])
            await client.query('COMMIT')
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'strangers: an idle queue asked every 300 ms by nobody’s request',
    ...alone,
    isSlow: true,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one', 'zero_row_write', 'write_loop'],
    seed: (seeder) => seeder.table('task', "id int PRIMARY KEY, state text NOT NULL DEFAULT 'new'"),
    run: async (world) => {
      for (let i = 0; i < 8; i++) {
        await world.pool.query(
          `WITH next AS (SELECT id FROM task WHERE state = 'new' LIMIT $1 FOR UPDATE SKIP LOCKED)
           UPDATE task SET state = 'active' FROM next WHERE task.id = next.id RETURNING task.*`,
          [5],
        )
        await world.sleep(300)
      }
    },
  },
  {
    name: 'strangers: an outbox relayed ten rows at a time',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query', 'autocommit_loop'],
    seed: (seeder) => seedOutbox(seeder, 110),
    run: (world) =>
      world.unit('relay', async () => {
        for (;;) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN')
            const { rows } = await client.query(
              'SELECT id, topic, body FROM outbox ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED',
            )
            await client.query('DELETE FROM outbox WHERE id = ANY($1::int[])', [rows.map(({ id }) => id)])
            await client.query('COMMIT')
            if (rows.length < 10) return
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'strangers: an outbox, each row deleted after it was sent',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'outbox' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) => seedOutbox(seeder, 24),
    run: (world) =>
      world.unit('relay singly', async () => {
        const { rows } = await world.pool.query('SELECT id, topic, body FROM outbox ORDER BY id')
        for (const { id } of rows) await world.pool.query('DELETE FROM outbox WHERE id = $1', [id])
      }),
  },
  {
    name: 'strangers: expired sessions cleared away in lots until none is left',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'zero_row_write', 'autocommit_loop', 'duplicate_query'],
    seed: (seeder) =>
      seeder.run(
        'DROP TABLE IF EXISTS web_session; CREATE TABLE web_session AS SELECT i AS id, now() AS expires_at FROM generate_series(1, 1200) i',
      ),
    run: (world) =>
      world.unit('cleanup', async () => {
        for (;;) {
          const { rowCount } = await world.pool.query(
            'DELETE FROM web_session WHERE id IN (SELECT id FROM web_session WHERE expires_at < now() LIMIT $1)',
            [100],
          )
          if (rowCount === 0) return
        }
      }),
  },
  {
    name: 'strangers: a column filled in ranges of ids',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'n_plus_one', 'zero_row_write'],
    seed: (seeder) =>
      seeder.run(
        'DROP TABLE IF EXISTS member; CREATE TABLE member AS SELECT i AS id, NULL::text AS name_search FROM generate_series(1, 2000) i',
      ),
    run: (world) =>
      world.unit('backfill', async () => {
        for (let from = 1; from <= 2_000; from += 100) {
          await world.pool.query('UPDATE member SET name_search = id::text WHERE id BETWEEN $1 AND $2', [
            from,
            from + 99,
          ])
        }
      }),
  },
  {
    name: 'strangers: a column filled row after row',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'member' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) =>
      seeder.run(
        'DROP TABLE IF EXISTS member; CREATE TABLE member AS SELECT i AS id, NULL::text AS name_search FROM generate_series(1, 40) i',
      ),
    run: (world) =>
      world.unit('backfill singly', async () => {
        const { rows } = await world.pool.query('SELECT id FROM member')
        await Promise.all(
          rows.map(({ id }) =>
            world.pool.query('UPDATE member SET name_search = $1 WHERE id = $2', [`m${id}`, id]),
          ),
        )
      }),
  },
  {
    name: 'strangers: what another company’s API says of twelve parcels, each saved as it comes',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: (seeder) =>
      seeder.table(
        'parcel',
        'id int PRIMARY KEY, carrier_state text',
        Array.from({ length: 12 }, (_, i) => [i * 11 + 3, null]),
      ),
    run: (world) =>
      world.unit('track parcels', async () => {
        const { rows } = await world.pool.query('SELECT id FROM parcel WHERE carrier_state IS NULL')
        for (const { id } of rows) {
          await world.sleep(25)
          await world.pool.query('UPDATE parcel SET carrier_state = $1 WHERE id = $2', [
            `state ${id % 3}`,
            id,
          ])
        }
      }),
  },
  {
    name: 'strangers: an advisory lock that somebody else has, tried eight times',
    ...alone,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one'],
    run: async (world) => {
      await world.behindTheScenes('SELECT pg_advisory_lock(424242)')
      await world.unit('cron', async () => {
        for (let i = 0; i < 8; i++) {
          const { rows } = await world.pool.query('SELECT pg_try_advisory_lock($1) AS locked', [424_242])
          if (rows[0].locked) return
          await world.sleep(20)
        }
      })
      await world.behindTheScenes('SELECT pg_advisory_unlock(424242)')
    },
  },
  {
    name: 'strangers: a version that changed meanwhile, and another try',
    ...alone,
    expected: [],
    forbidden: ['zero_row_write', 'duplicate_query', 'n_plus_one'],
    seed: (seeder) => seeder.table('wiki_page', 'id int PRIMARY KEY, version int, body text', [[6, 1, 'a']]),
    run: (world) =>
      world.unit('PUT /wiki/6', async () => {
        for (let attempt = 0; attempt < 5; attempt++) {
          const { rows } = await world.pool.query('SELECT version, body FROM wiki_page WHERE id = $1', [6])
          if (attempt < 4) await world.behindTheScenes('UPDATE wiki_page SET version = version + 1')
          const { rowCount } = await world.pool.query(
            'UPDATE wiki_page SET body = $1, version = version + 1 WHERE id = $2 AND version = $3',
            [`${rows[0].body}!`, 6, rows[0].version],
          )
          if (rowCount === 1) return
        }
      }),
  },
  {
    name: 'strangers: devices that are gone report that they are there',
    ...alone,
    expected: [{ kind: 'zero_row_write', on: 'device' }],
    seed: (seeder) => seeder.table('device', 'id int PRIMARY KEY, seen_at timestamptz', [[1, null]]),
    run: async (world) => {
      for (const id of [901, 877, 933, 914, 958, 962]) {
        await world.unit('POST /heartbeat', async () => {
          await world.pool.query('UPDATE device SET seen_at = now() WHERE id = $1', [id])
        })
      }
    },
  },
  {
    name: 'strangers: updated, or else inserted, in the old way',
    ...alone,
    expected: [],
    forbidden: ['zero_row_write', 'write_loop'],
    seed: (seeder) => seeder.table('preference', 'user_no int, name text, value text'),
    run: async (world) => {
      for (let user = 0; user < 6; user++) {
        await world.unit('PUT /preferences', async () => {
          const updated = await world.pool.query(
            "UPDATE preference SET value = $2 WHERE user_no = $1 AND name = 'theme'",
            [user, 'dark'],
          )
          if (updated.rowCount === 0) {
            await world.pool.query("INSERT INTO preference VALUES ($1, 'theme', $2)", [user, 'dark'])
          }
        })
      }
    },
  },
  {
    name: 'strangers: a counter for each of twenty articles that were seen',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'seen_counter' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) => seeder.table('seen_counter', 'article_no int PRIMARY KEY, views int NOT NULL'),
    run: (world) =>
      world.unit('POST /seen', async () => {
        const articles = Array.from({ length: 20 }, (_, i) => 4_000 + ((i * 37) % 500))
        for (const article of articles) {
          await world.pool.query(
            'INSERT INTO seen_counter VALUES ($1, 1) ON CONFLICT (article_no) DO UPDATE SET views = seen_counter.views + 1',
            [article],
          )
        }
      }),
  },
  {
    name: 'strangers: fifteen changed fields, a line of the audit log for each',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'audit_line' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) => seeder.table('audit_line', 'id serial, who int, field text, was text, became text'),
    run: (world) =>
      world.unit('PATCH /profile', async () => {
        for (let i = 0; i < 15; i++) {
          await world.pool.query('INSERT INTO audit_line (who, field, was, became) VALUES ($1, $2, $3, $4)', [
            8,
            `field_${i}`,
            'a',
            'b',
          ])
        }
      }),
  },
  {
    name: 'strangers: twelve operations, each a change and a line of the audit log in one transaction',
    ...alone,
    expected: [{ kind: 'autocommit_loop' }],
    tolerated: ['write_loop'],
    seed: async (seeder) => {
      await seeder.table('audit_line', 'who int, field text')
      await seeder.table('entry', 'id int, value int')
    },
    run: (world) =>
      world.unit('sync', async () => {
        for (let i = 0; i < 12; i++) {
          const client = await world.pool.connect()
          await client.query('BEGIN')
          await client.query('INSERT INTO entry VALUES ($1, $2)', [i, i * i])
          await client.query('INSERT INTO audit_line VALUES ($1, $2)', [8, `entry ${i}`])
          await client.query('COMMIT')
          client.release()
        }
      }),
  },
]
