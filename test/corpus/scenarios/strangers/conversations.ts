import QueryStream from 'pg-query-stream'
import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

const alone = { isFixedSize: true, runsAlone: true } as const

async function seedChannels(seeder: Seeder): Promise<void> {
  const channels = seeder.ids(seeder.n, 'chn')
  const members = seeder.ids(seeder.n, 'mbr')
  await seeder.table(
    'channel',
    'id ID PRIMARY KEY, title text NOT NULL',
    channels.map((id, i) => [id, `#room-${i}`]),
  )
  await seeder.table(
    'channel_member',
    'channel_id ID NOT NULL, user_no int NOT NULL, last_read_at timestamptz NOT NULL',
    seeder.random
      .shuffled(channels)
      .map((id, i) => [id, 12, new Date(1_700_000_000_000 + i * 86_400_000).toISOString()]),
  )
  await seeder.table(
    'person',
    'id ID PRIMARY KEY, nick text NOT NULL',
    members.map((id, i) => [id, `nick${i}`]),
  )
  await seeder.table(
    'chat_message',
    'channel_id ID NOT NULL, person_id ID NOT NULL, sent_at timestamptz NOT NULL, body text NOT NULL',
    seeder.random
      .shuffled(members)
      .map((id, i) => [channels[i], id, new Date(1_710_000_000_000 + i * 60_000).toISOString(), `Hi ${i}`]),
  )
}

/** Chats, presence, notifications: what is asked for while people talk. */
export const conversations: readonly Scenario[] = [
  {
    name: 'strangers: unread messages of each channel since it was last read, at once',
    expected: [{ kind: 'n_plus_one', on: 'chat_message', column: 'channel_member.channel_id' }],
    seed: seedChannels,
    run: (world) =>
      world.unit('GET /channels', async () => {
        const { rows } = await world.pool.query(
          'SELECT channel_id, last_read_at FROM channel_member WHERE user_no = $1',
          [12],
        )
        return Promise.all(
          rows.map(async ({ channel_id, last_read_at }) => {
            const unread = await world.pool.query(
              'SELECT count(*) FROM chat_message WHERE channel_id = $1 AND sent_at > $2',
              [channel_id, last_read_at],
            )
            return unread.rows[0].count
          }),
        )
      }),
  },
  {
    name: 'strangers: a name for each row of a stream, over the pool',
    runsAlone: true,
    expected: [
      { kind: 'n_plus_one', on: 'person', tiers: ['proven', 'strong'], column: 'chat_message.person_id' },
    ],
    tolerated: ['nested_acquire'],
    needs: ({ variant }) => variant.driver === 'pg' && variant.poolMax > 1,
    seed: seedChannels,
    run: (world) =>
      world.unit('GET /transcript', async () => {
        const client = await world.pool.connect()
        try {
          const stream = client.query(
            new QueryStream('SELECT person_id, body FROM chat_message ORDER BY sent_at', [], {
              batchSize: 20,
            }),
          )
          let text = ''
          for await (const { person_id, body } of stream) {
            const person = await world.pool.query('SELECT nick FROM person WHERE id = $1', [person_id])
            text += `${person.rows[0].nick}: ${body}\n`
          }
          return text
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'strangers: thirty sockets say that they are there',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'autocommit_loop', 'n_plus_one', 'zero_row_write'],
    seed: (seeder) =>
      seeder.table(
        'presence',
        'user_no int PRIMARY KEY, seen_at timestamptz',
        Array.from({ length: 30 }, (_, i) => [i, null]),
      ),
    run: async (world) => {
      await Promise.all(
        Array.from({ length: 30 }, (_, user) =>
          world.unit('ws ping', async () => {
            await world.pool.query('UPDATE presence SET seen_at = now() WHERE user_no = $1', [user])
          }),
        ),
      )
    },
  },
  {
    name: 'strangers: one long conversation over a web socket, a message every third of a second',
    ...alone,
    isSlow: true,
    expected: [],
    forbidden: ['write_loop', 'autocommit_loop', 'n_plus_one', 'duplicate_query'],
    seed: (seeder) => seeder.table('dialog', 'id serial PRIMARY KEY, body text'),
    run: (world) =>
      world.unit('ws /chat', async () => {
        for (let i = 0; i < 12; i++) {
          await world.pool.query('INSERT INTO dialog (body) VALUES ($1)', [`message ${i}`])
          await world.sleep(320)
        }
      }),
  },
  {
    name: 'strangers: server-sent events, new rows asked for every 400 ms',
    ...alone,
    isSlow: true,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one'],
    seed: (seeder) => seeder.table('feed_event', 'id serial PRIMARY KEY, body text'),
    run: (world) =>
      world.unit('GET /events', async () => {
        let last = 0
        for (let i = 0; i < 8; i++) {
          const { rows } = await world.pool.query(
            'SELECT id, body FROM feed_event WHERE id > $1 ORDER BY id',
            [last],
          )
          last = rows.at(-1)?.id ?? last
          if (i % 2 === 0) await world.behindTheScenes("INSERT INTO feed_event (body) VALUES ('new')")
          await world.sleep(400)
        }
      }),
  },
  {
    name: 'strangers: a long poll that looks every 100 ms whether an export is ready',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one'],
    seed: (seeder) => seeder.table('export_job', 'id int PRIMARY KEY, state text', [[4, 'running']]),
    run: (world) =>
      world.unit('GET /exports/4/wait', async () => {
        for (let i = 0; i < 8; i++) {
          const { rows } = await world.pool.query('SELECT state FROM export_job WHERE id = $1', [4])
          if (rows[0].state === 'done') return
          if (i === 6) await world.behindTheScenes("UPDATE export_job SET state = 'done'")
          await world.sleep(100)
        }
      }),
  },
  {
    name: 'strangers: eight people notified by pg_notify',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query'],
    run: (world) =>
      world.unit('POST /messages', async () => {
        for (let user = 0; user < 8; user++) {
          await world.pool.query('SELECT pg_notify($1, $2)', [`user_${user}`, '{"type":"message"}'])
        }
      }),
  },
  {
    name: 'strangers: suggestions for ever shorter beginnings of a word',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('GET /suggest', async () => {
        const typed = 'Reader 1999'
        for (let length = typed.length; length > 3; length--) {
          const { rows } = await world.pool.query('SELECT name FROM reader WHERE name ILIKE $1 LIMIT 10', [
            `${typed.slice(0, length)}%`,
          ])
          if (rows.length >= 10) return rows
        }
        return []
      }),
  },
  {
    name: 'strangers: photos and notes of a timeline, by what each entry is about',
    isFixedSize: true,
    expected: [
      { kind: 'n_plus_one', on: 'photo', tiers: ['proven', 'strong'], column: 'timeline_entry.subject_id' },
      { kind: 'n_plus_one', on: 'note', tiers: ['proven', 'strong'], column: 'timeline_entry.subject_id' },
    ],
    seed: async (seeder) => {
      const photos = seeder.ids(8, 'pho')
      const notes = seeder.ids(8, 'not')
      await seeder.table(
        'photo',
        'id ID PRIMARY KEY, url text',
        photos.map((id, i) => [id, `/p${i}.jpg`]),
      )
      await seeder.table(
        'note',
        'id ID PRIMARY KEY, text text',
        notes.map((id, i) => [id, `Note ${i}`]),
      )
      const entries = [...photos.map((id) => ['photo', id]), ...notes.map((id) => ['note', id])]
      await seeder.table(
        'timeline_entry',
        'subject_type text NOT NULL, subject_id ID NOT NULL',
        seeder.random.shuffled(entries),
      )
    },
    run: (world) =>
      world.unit('GET /timeline', async () => {
        const { rows } = await world.pool.query('SELECT subject_type, subject_id FROM timeline_entry')
        for (const entry of rows) {
          entry.subject =
            entry.subject_type === 'photo'
              ? (await world.pool.query('SELECT url FROM photo WHERE id = $1', [entry.subject_id])).rows[0]
              : (await world.pool.query('SELECT text FROM note WHERE id = $1', [entry.subject_id])).rows[0]
        }
      }),
  },
  {
    name: 'strangers: each of twenty requests counts itself against a limit',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'autocommit_loop', 'n_plus_one', 'duplicate_query'],
    seed: (seeder) => seeder.table('rate_window', 'key text PRIMARY KEY, hits int NOT NULL'),
    run: async (world) => {
      for (let i = 0; i < 20; i++) {
        await world.unit('GET /api', async () => {
          for (const key of [`ip:10.0.0.${i % 4}`, 'user:8']) {
            await world.pool.query(
              `INSERT INTO rate_window (key, hits) VALUES ($1, 1)
               ON CONFLICT (key) DO UPDATE SET hits = rate_window.hits + 1 RETURNING hits`,
              [key],
            )
          }
          await world.pool.query('SELECT title FROM book ORDER BY title LIMIT 5')
        })
      }
    },
  },
]
