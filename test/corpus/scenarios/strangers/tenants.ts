import DataLoader from 'dataloader'
import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

const alone = { isFixedSize: true, runsAlone: true } as const

async function seedTickets(seeder: Seeder): Promise<void> {
  const staff = seeder.ids(seeder.n + 25, 'stf')
  const tickets = seeder.ids(seeder.n, 'tck')
  const people = seeder.random.shuffled(staff)
  await seeder.table(
    'staff',
    'id ID PRIMARY KEY, name text NOT NULL, mail text NOT NULL',
    staff.map((id, i) => [id, `Person ${i}`, `p${(i * 7919) % 10_007}@desk.example`]),
  )
  await seeder.table(
    'ticket',
    'id ID PRIMARY KEY, queue_id int, reporter ID NOT NULL, opened_by text NOT NULL, status text NOT NULL',
    tickets.map((id, i) => [
      id,
      3,
      people[i],
      `p${(staff.indexOf(people[i] as never) * 7919) % 10_007}@desk.example`,
      ['open', 'pending', 'closed'][i % 3],
    ]),
  )
  await seeder.table(
    'document_grant',
    'user_no int, ticket_id ID',
    tickets.map((id) => [5, id]),
  )
}

/** Applications for several customers: permissions, tenants, resolvers. */
export const tenants: readonly Scenario[] = [
  {
    name: 'strangers: a permission asked for each ticket of a list',
    expected: [{ kind: 'n_plus_one', on: 'document_grant', column: 'ticket.id' }],
    seed: seedTickets,
    run: (world) =>
      world.unit('GET /tickets', async () => {
        const can = async (user: number, ticket: unknown): Promise<boolean> => {
          const { rows } = await world.pool.query(
            'SELECT EXISTS (SELECT 1 FROM document_grant WHERE user_no = $1 AND ticket_id = $2) AS allowed',
            [user, ticket],
          )
          return rows[0].allowed
        }
        const { rows } = await world.pool.query('SELECT id, status FROM ticket WHERE queue_id = $1', [3])
        const visible: unknown[] = []
        for (const ticket of rows) if (await can(5, ticket.id)) visible.push(ticket)
        return visible
      }),
  },
  {
    name: 'strangers: the same membership asked for at each of twenty checks',
    ...alone,
    expected: [{ kind: 'duplicate_query', on: 'membership' }],
    seed: (seeder) =>
      seeder.table('membership', 'user_no int, org_no int, role text', [
        [5, 8, 'editor'],
        [6, 8, 'viewer'],
      ]),
    run: (world) =>
      world.unit('GET /boards', async () => {
        const roleOf = async (user: number, org: number) =>
          (
            await world.pool.query('SELECT role FROM membership WHERE user_no = $1 AND org_no = $2', [
              user,
              org,
            ])
          ).rows[0]?.role
        const boards = Array.from({ length: 20 }, (_, i) => ({ id: i, org: 8 }))
        const editable: unknown[] = []
        for (const board of boards) if ((await roleOf(5, board.org)) === 'editor') editable.push(board)
        return editable
      }),
  },
  {
    name: 'strangers: the one who is signed in, loaded by four layers with other things between',
    isFixedSize: true,
    expected: [{ kind: 'duplicate_query', on: 'reader' }],
    run: (world) =>
      world.unit('GET /account', async () => {
        const { pool, bookshop } = world
        const current = async () =>
          (await pool.query('SELECT id, name, email FROM reader WHERE id = $1', [bookshop.readers[7]]))
            .rows[0]
        const session = await current()
        await pool.query('SELECT count(*) FROM review WHERE reader_id = $1', [session.id])
        const isActive = (await current()) !== undefined
        await pool.query('SELECT title FROM book ORDER BY title LIMIT 3')
        const header = isActive ? (await current()).name : ''
        return { header, mail: (await current()).email }
      }),
  },
  {
    name: 'strangers: reporters of tickets, each once and in order',
    expected: [{ kind: 'n_plus_one', on: 'staff', tiers: ['proven', 'strong'], column: 'ticket.reporter' }],
    seed: seedTickets,
    run: (world) =>
      world.unit('GET /queue/3', async () => {
        const { rows } = await world.pool.query('SELECT id, reporter, status FROM ticket WHERE queue_id = 3')
        const ids = [...new Set(rows.map(({ reporter }) => reporter))].sort()
        const names = new Map<unknown, string>()
        for (const id of ids) {
          const { rows: found } = await world.pool.query('SELECT name FROM staff WHERE id = $1', [id])
          names.set(id, found[0].name)
        }
        return names
      }),
  },
  {
    name: 'strangers: who opened a ticket, by mail address in any case',
    expected: [{ kind: 'n_plus_one', on: 'staff', column: 'ticket.opened_by' }],
    seed: seedTickets,
    run: (world) =>
      world.unit('GET /audit', async () => {
        const { rows } = await world.pool.query('SELECT id, opened_by FROM ticket')
        await Promise.all(
          rows.map(({ opened_by }) =>
            world.pool.query('SELECT id, name FROM staff WHERE lower(mail) = lower($1)', [opened_by]),
          ),
        )
      }),
  },
  {
    name: 'strangers: ids by a search, then their rows at once',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'sequential_independent'],
    run: (world) =>
      world.unit('GET /search', async () => {
        const hits = await world.pool.query('SELECT id FROM book WHERE title ILIKE $1 LIMIT 60', ['%2%'])
        await world.pool.query('SELECT id, title, price FROM book WHERE id = ANY($1)', [
          hits.rows.map(({ id }) => id),
        ])
      }),
  },
  {
    name: 'strangers: resolvers with loaders, three levels deep',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('POST /graphql', async () => {
        type Row = Record<string, unknown>
        const loaderOf = (text: string, key: string) =>
          new DataLoader<unknown, Row[], string>(
            async (ids) => {
              const { rows } = await world.pool.query<Row>(text, [ids])
              return ids.map((id) => rows.filter((row) => String(row[key]) === String(id)))
            },
            { cacheKeyFn: String },
          )
        const reviewsOf = loaderOf('SELECT * FROM review WHERE book_id = ANY($1)', 'book_id')
        const readerOf = loaderOf('SELECT * FROM reader WHERE id = ANY($1)', 'id')
        const authorOf = loaderOf('SELECT * FROM author WHERE id = ANY($1)', 'id')
        const { rows: books } = await world.pool.query('SELECT * FROM book ORDER BY price LIMIT 20')
        await Promise.all(
          books.map(async (book) => {
            const [reviews] = await Promise.all([reviewsOf.load(book.id), authorOf.load(book.author_id)])
            await Promise.all(reviews.map((review) => readerOf.load(review.reader_id)))
          }),
        )
      }),
  },
  {
    name: 'strangers: a loader made anew by every resolver, so that no batch has two keys',
    expected: [{ kind: 'n_plus_one', on: 'staff', tiers: ['proven', 'strong'], column: 'ticket.reporter' }],
    seed: seedTickets,
    run: (world) =>
      world.unit('POST /graphql', async () => {
        const staffLoader = () =>
          new DataLoader(async (ids: readonly unknown[]) => {
            const { rows } = await world.pool.query('SELECT * FROM staff WHERE id = ANY($1)', [ids])
            return ids.map((id) => rows.find((row) => row.id === id))
          })
        const { rows: tickets } = await world.pool.query('SELECT * FROM ticket WHERE queue_id = 3')
        await Promise.all(tickets.map((ticket) => staffLoader().load(ticket.reporter)))
      }),
  },
  {
    name: 'strangers: a person’s name asked for by five unlike parts of a page',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query'],
    run: (world) =>
      world.unit('GET /reviews/:id', async () => {
        const { pool, bookshop } = world
        const nameOf = async (id: unknown) =>
          (await pool.query('SELECT name FROM reader WHERE id = $1', [id])).rows[0]?.name
        const me = await nameOf(bookshop.readers[0])
        const review = (await pool.query('SELECT * FROM review WHERE id = $1', [bookshop.reviews[4]])).rows[0]
        const writer = await nameOf(review.reader_id)
        const book = (await pool.query('SELECT * FROM book WHERE id = $1', [review.book_id])).rows[0]
        const newest = (await pool.query('SELECT * FROM review WHERE book_id <> $1 LIMIT 1', [book.id]))
          .rows[0]
        return [me, writer, await nameOf(newest.reader_id), await nameOf(bookshop.readers[9])]
      }),
  },
  {
    name: 'strangers: a nightly count in the schema of each of eight tenants',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: (seeder) =>
      seeder.run(
        Array.from(
          { length: 8 },
          (_, i) => `DROP SCHEMA IF EXISTS tenant_${i} CASCADE; CREATE SCHEMA tenant_${i};
          CREATE TABLE tenant_${i}.subscription AS SELECT ${i} AS plan FROM generate_series(1, ${i + 1});`,
        ).join(''),
      ),
    run: (world) =>
      world.unit('nightly usage', async () => {
        const { rows } = await world.pool.query(
          "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tenant%' ORDER BY nspname",
        )
        for (const { nspname } of rows) {
          await world.pool.query(`SELECT count(*) FROM "${nspname}"."subscription"`)
        }
      }),
  },
  {
    name: 'strangers: row level security, a transaction with its tenant for each of six reads',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'autocommit_loop', 'idle_in_transaction'],
    run: (world) =>
      world.unit('GET /dashboard', async () => {
        const asTenant = async (text: string) => {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN')
            await client.query("SELECT set_config('app.tenant', $1, true)", ['8'])
            const { rows } = await client.query(text)
            await client.query('COMMIT')
            return rows
          } finally {
            client.release()
          }
        }
        await asTenant('SELECT count(*) FROM book')
        await asTenant('SELECT count(*) FROM author')
        await asTenant('SELECT avg(stars) FROM review')
        await asTenant('SELECT title FROM book ORDER BY price LIMIT 3')
        await asTenant('SELECT name FROM reader ORDER BY name LIMIT 3')
        await asTenant('SELECT max(price) FROM book')
      }),
  },
  {
    name: 'strangers: tickets counted by each status that there is',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query'],
    seed: seedTickets,
    run: (world) =>
      world.unit('GET /tickets/summary', async () => {
        const counts: Record<string, number> = {}
        for (const status of ['open', 'pending', 'closed', 'spam', 'on_hold', 'solved']) {
          const { rows } = await world.pool.query('SELECT count(*)::int AS n FROM ticket WHERE status = $1', [
            status,
          ])
          counts[status] = rows[0].n
        }
        return counts
      }),
  },
  {
    name: 'strangers: twelve months, a count of each by its first and last day',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query'],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS signup; CREATE TABLE signup AS SELECT timestamptz '2024-01-01' + i * interval '9 hours' AS at FROM generate_series(1, 900) i",
      ),
    run: (world) =>
      world.unit('GET /signups', async () => {
        const points: number[] = []
        for (let month = 0; month < 12; month++) {
          const { rows } = await world.pool.query(
            'SELECT count(*)::int AS n FROM signup WHERE at >= $1 AND at < $2',
            [new Date(Date.UTC(2024, month, 1)), new Date(Date.UTC(2024, month + 1, 1))],
          )
          points.push(rows[0].n)
        }
        return points
      }),
  },
]
