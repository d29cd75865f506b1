import { EventEmitter, once } from 'node:events'
import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

const alone = { isFixedSize: true, runsAlone: true } as const

async function seedForum(seeder: Seeder): Promise<void> {
  const accounts = seeder.ids(seeder.n, 'acc')
  const posts = seeder.ids(seeder.n, 'pst')
  await seeder.table(
    'account_profile',
    'id ID PRIMARY KEY, handle text',
    accounts.map((id, i) => [id, `@user${i}`]),
  )
  const writers = seeder.random.shuffled(accounts)
  await seeder.table(
    'forum_post',
    'id ID PRIMARY KEY, account_id ID NOT NULL, written_at timestamptz NOT NULL',
    posts.map((id, i) => [id, writers[i], new Date(1_715_000_000_000 + i * 3_600_000).toISOString()]),
  )
  await seeder.table(
    'post_vote',
    'post_id ID NOT NULL, value int NOT NULL',
    posts.flatMap((id, i) => [
      [id, 1],
      [id, i % 2 === 0 ? -1 : 1],
    ]),
  )
}

/** What was found wrong in a second round, written after the first one had led to changes. */
export const secondPositives: readonly Scenario[] = [
  {
    name: 'strangers: a feed’s profiles and votes, both asked for in one loop',
    expected: [
      { kind: 'n_plus_one', on: 'account_profile', column: 'forum_post.account_id' },
      { kind: 'n_plus_one', on: 'post_vote', column: 'forum_post.id' },
    ],
    seed: seedForum,
    run: (world) =>
      world.unit('GET /feed', async () => {
        const { rows } = await world.pool.query(
          'SELECT id, account_id, written_at FROM forum_post ORDER BY written_at DESC LIMIT $1',
          [world.n],
        )
        return Promise.all(
          rows.map(async (post) => {
            const [profile, votes] = await Promise.all([
              world.pool.query('SELECT handle FROM account_profile WHERE id = $1', [post.account_id]),
              world.pool.query('SELECT sum(value) AS score FROM post_vote WHERE post_id = $1', [post.id]),
            ])
            return { ...post, ...profile.rows[0], ...votes.rows[0] }
          }),
        )
      }),
  },
  {
    name: 'strangers: votes for and against each post, counted apart',
    expected: [{ kind: 'n_plus_one', on: 'post_vote', column: 'forum_post.id' }],
    seed: seedForum,
    run: (world) =>
      world.unit('GET /thread', async () => {
        const { rows: posts } = await world.pool.query('SELECT id FROM forum_post ORDER BY written_at')
        const count = async (post: unknown, value: number) =>
          (
            await world.pool.query(
              'SELECT count(*)::int AS n FROM post_vote WHERE post_id = $1 AND value = $2',
              [post, value],
            )
          ).rows[0].n
        const scores: number[] = []
        for (const { id } of posts) scores.push((await count(id, 1)) - (await count(id, -1)))
        return scores
      }),
  },
  {
    name: 'strangers: an employee’s superiors up to the top',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'employee', tiers: ['recursive', 'proven'] }],
    seed: async (seeder) => {
      const ids = seeder.ids(8, 'emp')
      await seeder.table(
        'employee',
        'id ID PRIMARY KEY, manager ID, name text',
        ids.map((id, i) => [id, ids[i + 1] ?? null, `Employee ${i}`]),
      )
    },
    run: (world) =>
      world.unit('GET /employees/:id/chain', async () => {
        const chain: string[] = []
        let next = (await world.pool.query("SELECT id FROM employee WHERE name = 'Employee 0'")).rows[0].id
        while (next) {
          const { rows } = await world.pool.query('SELECT name, manager FROM employee WHERE id = $1', [next])
          chain.push(rows[0].name)
          next = rows[0].manager
        }
        return chain
      }),
  },
  {
    name: 'strangers: a path of folders resolved name by name',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'directory', tiers: ['recursive', 'proven', 'strong'] }],
    seed: async (seeder) => {
      const ids = seeder.ids(8, 'dir')
      await seeder.table(
        'directory',
        'id ID PRIMARY KEY, parent_id ID, name text',
        ids.map((id, i) => [id, ids[i - 1] ?? null, `part${i}`]),
      )
    },
    run: (world) =>
      world.unit('GET /dav/*', async () => {
        const root = await world.pool.query('SELECT id FROM directory WHERE parent_id IS NULL')
        let parent = root.rows[0].id
        for (const name of 'part1/part2/part3/part4/part5/part6/part7'.split('/')) {
          const { rows } = await world.pool.query(
            'SELECT id FROM directory WHERE parent_id = $1 AND name = $2',
            [parent, name],
          )
          parent = rows[0].id
        }
        return parent
      }),
  },
  {
    name: 'strangers: events of each aggregate, in a repository that loads one at a time',
    expected: [{ kind: 'n_plus_one', on: 'domain_event', column: 'subscription_view.aggregate_id' }],
    seed: async (seeder) => {
      const ids = seeder.ids(seeder.n, 'agg')
      await seeder.table(
        'subscription_view',
        'aggregate_id ID PRIMARY KEY, due date',
        ids.map((id) => [id, '2026-01-01']),
      )
      await seeder.table(
        'domain_event',
        'stream_id ID, version int, body jsonb',
        ids.flatMap((id) => [1, 2].map((version) => [id, version, '{"type":"renewed"}'])),
      )
    },
    run: (world) =>
      world.unit('renew subscriptions', async () => {
        const load = async (id: unknown) => {
          const { rows } = await world.pool.query(
            'SELECT version, body FROM domain_event WHERE stream_id = $1 ORDER BY version',
            [id],
          )
          return { id, version: rows.at(-1)?.version }
        }
        const due = await world.pool.query(
          "SELECT aggregate_id FROM subscription_view WHERE due <= '2026-02-01'",
        )
        for (const { aggregate_id } of due.rows) await load(aggregate_id)
      }),
  },
  {
    name: 'strangers: whether each room is free between two times',
    expected: [{ kind: 'n_plus_one', on: 'room_booking', column: 'room.id' }],
    seed: async (seeder) => {
      const ids = seeder.ids(seeder.n, 'rom')
      await seeder.table(
        'room',
        'id ID PRIMARY KEY, seats int',
        ids.map((id, i) => [id, 4 + i]),
      )
      await seeder.table(
        'room_booking',
        'room_id ID, starts_at timestamptz, ends_at timestamptz',
        ids.map((id) => [id, '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z']),
      )
    },
    run: (world) =>
      world.unit('GET /rooms/free', async () => {
        const [from, to] = [new Date('2026-03-01T10:30:00Z'), new Date('2026-03-01T12:00:00Z')]
        const rooms = await world.pool.query('SELECT id FROM room WHERE seats >= $1 ORDER BY seats', [2])
        const free: unknown[] = []
        for (const room of rooms.rows) {
          const { rowCount } = await world.pool.query(
            'SELECT 1 FROM room_booking WHERE room_id = $1 AND starts_at < $3 AND ends_at > $2',
            [room.id, from, to],
          )
          if (rowCount === 0) free.push(room.id)
        }
        return free
      }),
  },
  {
    name: 'strangers: Knex with a list of one id, again and again',
    expected: [{ kind: 'n_plus_one', on: 'author', tiers: ['proven'], column: 'book.author_id' }],
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('GET /books', async () => {
        const books = await db('book')
          .select('title', 'author_id')
          .orderBy('price')
          .orderBy('id')
          .limit(world.n)
        for (const book of books) await db('author').whereIn('id', [book.author_id]).select('name')
      })
    },
  },
  {
    name: 'strangers: fifteen contacts imported, each looked for before it is written',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'contact' }],
    tolerated: ['n_plus_one', 'autocommit_loop'],
    seed: (seeder) => seeder.table('contact', 'id serial PRIMARY KEY, email text UNIQUE, name text'),
    run: (world) =>
      world.unit('POST /contacts/import', async () => {
        const lines = Array.from({ length: 15 }, (_, i) => ({
          email: `c${i * 31}@mail.example`,
          name: `C ${i}`,
        }))
        for (const { email, name } of lines) {
          const known = await world.pool.query('SELECT id FROM contact WHERE email = $1', [email])
          if (known.rows.length === 0)
            await world.pool.query('INSERT INTO contact (email, name) VALUES ($1, $2)', [email, name])
        }
      }),
  },
  {
    name: 'strangers: twenty labels inserted at once, each by a statement of its own',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'label' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) => seeder.table('label', 'id serial PRIMARY KEY, name text'),
    run: (world) =>
      world.unit('POST /labels', async () => {
        const names = Array.from({ length: 20 }, (_, i) => `label ${i}`)
        const made = await Promise.all(
          names.map((name) => world.pool.query('INSERT INTO label (name) VALUES ($1) RETURNING id', [name])),
        )
        return made.map(({ rows }) => rows[0].id)
      }),
  },
  {
    name: 'strangers: rates of two currencies, for each line of an invoice',
    isFixedSize: true,
    expected: [{ kind: 'duplicate_query', on: 'fx_rate' }],
    seed: (seeder) =>
      seeder.table('fx_rate', 'base text, quote text, rate numeric', [
        ['USD', 'EUR', 0.9],
        ['GBP', 'EUR', 1.2],
      ]),
    run: (world) =>
      world.unit('GET /invoice', async () => {
        const lines = Array.from({ length: 20 }, (_, i) => ({ currency: i % 3 ? 'USD' : 'GBP', amount: i }))
        let total = 0
        for (const { currency, amount } of lines) {
          const { rows } = await world.pool.query('SELECT rate FROM fx_rate WHERE base = $1 AND quote = $2', [
            currency,
            'EUR',
          ])
          total += amount * Number(rows[0].rate)
        }
        return total
      }),
  },
  {
    name: 'strangers: one client for the whole process, taken by whoever came first',
    ...alone,
    expected: [{ kind: 'context_loss' }],
    tolerated: ['n_plus_one', 'duplicate_query'],
    needs: ({ variant }) => variant.unit !== 'trace',
    run: async (world) => {
      const pool = world.anotherPool({ max: 1 })
      const process = new EventEmitter()
      const taken = once(process, 'taken')
      const done = once(process, 'done')
      const first = world.unit('GET /first', async () => {
        const client = await pool.connect()
        process.emit('taken', client)
        await done
        client.release()
      })
      const [client] = await taken
      for (const id of world.bookshop.readers.slice(0, 6)) {
        await world.unit('GET /later', () => client.query('SELECT name FROM reader WHERE id = $1', [id]))
      }
      process.emit('done')
      await first
      await pool.end()
    },
  },
]

/** What is right, in the second round. */
export const secondNegatives: readonly Scenario[] = [
  {
    name: 'strangers: a projection that has to catch up, looked at every 60 ms',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop'],
    seed: (seeder) => seeder.table('projection', 'name text PRIMARY KEY, position int', [['orders', 7]]),
    run: (world) =>
      world.unit('POST /orders', async () => {
        for (let i = 0; i < 10; i++) {
          const { rows } = await world.pool.query('SELECT position FROM projection WHERE name = $1', [
            'orders',
          ])
          if (rows[0].position >= 8) return
          if (i === 8) await world.behindTheScenes('UPDATE projection SET position = 8')
          await world.sleep(60)
        }
      }),
  },
  {
    name: 'strangers: a bucket without tokens, tried until there is one',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'zero_row_write', 'duplicate_query'],
    seed: (seeder) => seeder.table('token_bucket', 'key text PRIMARY KEY, tokens int', [['api', 0]]),
    run: (world) =>
      world.unit('call API', async () => {
        for (let i = 0; i < 12; i++) {
          const { rowCount } = await world.pool.query(
            'UPDATE token_bucket SET tokens = tokens - 1 WHERE key = $1 AND tokens > 0 RETURNING tokens',
            ['api'],
          )
          if (rowCount === 1) return
          if (i === 10) await world.behindTheScenes('UPDATE token_bucket SET tokens = 3')
          await world.sleep(15)
        }
      }),
  },
  {
    name: 'strangers: pages of customers, and the orders of each page at once',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('export', async () => {
        let after: unknown = null
        for (;;) {
          const { rows } = await world.pool.query(
            'SELECT id, name FROM author WHERE ($1::text IS NULL OR name > $1) ORDER BY name LIMIT 30',
            [after],
          )
          if (rows.length === 0) return
          await world.pool.query('SELECT author_id, title FROM book WHERE author_id = ANY($1)', [
            rows.map(({ id }) => id),
          ])
          after = rows.at(-1).name
        }
      }),
  },
  {
    name: 'strangers: pairs of keys in lots',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('pairs', async () => {
        const { rows } = await world.pool.query(
          'SELECT book_id, reader_id FROM review ORDER BY body LIMIT 64',
        )
        while (rows.length > 0) {
          const lot = rows.splice(0, 8)
          const places = lot.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(', ')
          await world.pool.query(
            `SELECT stars FROM review WHERE (book_id, reader_id) IN (${places})`,
            lot.flatMap(({ book_id, reader_id }) => [book_id, reader_id]),
          )
        }
      }),
  },
  {
    name: 'strangers: a saga that notes each of its twelve steps',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'n_plus_one', 'duplicate_query'],
    seed: (seeder) => seeder.table('saga', 'id int PRIMARY KEY, step text', [[77, 'none']]),
    run: (world) =>
      world.unit('saga', async () => {
        const steps = [
          'reserve',
          'pay',
          'book',
          'pack',
          'label',
          'hand over',
          'ship',
          'mail',
          'rate',
          'log',
          'close',
          'done',
        ]
        for (const step of steps) {
          await world.sleep(3)
          await world.pool.query('UPDATE saga SET step = $1 WHERE id = $2', [step, 77])
        }
      }),
  },
  {
    name: 'strangers: eight widgets that count events of a kind, all at once',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query', 'sequential_independent'],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS event_log; CREATE TABLE event_log AS SELECT (ARRAY['view', 'click', 'share'])[1 + i % 3] AS kind FROM generate_series(1, 300) i",
      ),
    run: (world) =>
      world.unit('GET /widgets', () =>
        Promise.all(
          ['view', 'click', 'share', 'like', 'follow', 'purchase', 'refund', 'signup'].map((kind) =>
            world.pool.query('SELECT count(*) FROM event_log WHERE kind = $1', [kind]),
          ),
        ),
      ),
  },
  {
    name: 'strangers: the same report from each of four shards',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one'],
    run: async (world) => {
      const shards = Array.from({ length: 4 }, () => world.anotherPool({ max: 1 }))
      await world.unit('GET /report', () =>
        Promise.all(shards.map((shard) => shard.query('SELECT count(*) FROM review WHERE stars = $1', [5]))),
      )
      await Promise.all(shards.map((shard) => shard.end()))
    },
    // To one server they look like one database: three and more equal reads are duplicates there.
    tolerated: ['duplicate_query'],
  },
  {
    name: 'strangers: sessions read and prolonged by twenty-five requests',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'duplicate_query', 'n_plus_one', 'autocommit_loop'],
    seed: (seeder) =>
      seeder.table('login_session', 'token text PRIMARY KEY, seen_at timestamptz', [['t-88f1', null]]),
    run: async (world) => {
      for (let i = 0; i < 25; i++) {
        await world.unit('GET /', async () => {
          await world.pool.query('SELECT * FROM login_session WHERE token = $1', ['t-88f1'])
          await world.pool.query('UPDATE login_session SET seen_at = now() WHERE token = $1', ['t-88f1'])
        })
      }
    },
  },
  {
    name: 'strangers: neighbours of neighbours of a graph, level by level',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: async (seeder) => {
      const ids = seeder.ids(60, 'nod')
      await seeder.table(
        'edge',
        'src ID, dst ID',
        ids.slice(1).map((id, i) => [ids[i >> 1], id]),
      )
    },
    run: (world) =>
      world.unit('GET /graph', async () => {
        let level = (await world.pool.query('SELECT src FROM edge LIMIT 1')).rows.map(({ src }) => src)
        while (level.length > 0) {
          const { rows } = await world.pool.query('SELECT dst FROM edge WHERE src = ANY($1)', [level])
          level = rows.map(({ dst }) => dst)
        }
      }),
  },
  {
    name: 'strangers: codes of HTTP that a report goes through, after a log that has them',
    isFixedSize: true,
    isCoincidence: true,
    expected: [],
    seed: (seeder) =>
      seeder.run(
        'DROP TABLE IF EXISTS access_log; CREATE TABLE access_log AS SELECT i AS id, (ARRAY[200, 201, 301, 404, 429, 500, 503])[1 + i % 7] AS status FROM generate_series(1, 70) i',
      ),
    run: (world) =>
      world.unit('GET /errors', async () => {
        await world.pool.query('SELECT id, status FROM access_log ORDER BY id DESC LIMIT 50')
        for (const status of [400, 404, 429, 500, 502, 503]) {
          await world.pool.query('SELECT count(*) FROM access_log WHERE status = $1', [status])
        }
      }),
  },
  {
    name: 'strangers: a schedule that does the same for each of nine tenants, each as a job',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query', 'autocommit_loop'],
    seed: (seeder) =>
      seeder.table(
        'tenant_usage',
        'tenant_no int PRIMARY KEY, used int',
        Array.from({ length: 9 }, (_, i) => [i * 41 + 900, 0]),
      ),
    run: async (world) => {
      const { rows } = await world.pool.query('SELECT tenant_no FROM tenant_usage')
      for (const { tenant_no } of rows) {
        await world.unit('usage of tenant', async () => {
          await world.pool.query('SELECT used FROM tenant_usage WHERE tenant_no = $1', [tenant_no])
          await world.pool.query('UPDATE tenant_usage SET used = used + 1 WHERE tenant_no = $1', [tenant_no])
        })
      }
    },
  },
  {
    name: 'strangers: tables of words that an application reads once when it starts',
    ...alone,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one', 'unbounded_select', 'large_result'],
    seed: (seeder) =>
      seeder.run(
        ['country', 'currency', 'language', 'unit_of_measure', 'tax_class', 'colour']
          .map(
            (table) =>
              `DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} AS SELECT i AS id, 'w' || i AS name FROM generate_series(1, 200) i;`,
          )
          .join(''),
      ),
    run: (world) =>
      world.unit('start', async () => {
        for (const table of ['country', 'currency', 'language', 'unit_of_measure', 'tax_class', 'colour']) {
          await world.pool.query(`SELECT * FROM ${table} ORDER BY name`)
        }
      }),
  },
]
