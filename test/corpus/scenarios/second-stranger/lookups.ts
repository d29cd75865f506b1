import { Kysely, PostgresDialect } from 'kysely'
import type { Id } from '../../identifiers.js'
import type { Scenario } from '../../scenario.js'
import { fixed, rowsOf } from './rows-of.js'

interface Papers {
  paper: { id: Id; title: string; current_version: number }
  paper_version: { paper_id: Id; number: number; body: string }
}

/** Lists whose items are looked up one at a time, by plain SQL and Kysely. */
export const lookups: readonly Scenario[] = [
  {
    name: 'second stranger: a ward’s appointments, all patients at once',
    expected: [{ kind: 'n_plus_one', on: 'inpatient', column: 'appointment.inpatient_id' }],
    seed: async (seeder) => {
      const patients = seeder.ids(seeder.n, 'pat')
      const ids = seeder.ids(seeder.n, 'apt')
      await seeder.table(
        'inpatient',
        'id ID PRIMARY KEY, name text',
        patients.map((id, i) => [id, `P ${i}`]),
      )
      await seeder.table(
        'appointment',
        'id ID PRIMARY KEY, inpatient_id ID, ward text, at timestamptz',
        ids.map((id, i) => [id, patients[i], 'B2', `2024-05-06 08:${String(i % 60).padStart(2, '0')}`]),
      )
    },
    run: (world) =>
      world.unit('second GET /wards/:ward/appointments', async () => {
        const appointments = await rowsOf(
          world,
          'SELECT id, inpatient_id, at FROM appointment WHERE ward = $1 ORDER BY at',
          ['B2'],
        )
        return Promise.all(
          appointments.map(async (appointment) => {
            const [patient] = await rowsOf(world, 'SELECT * FROM inpatient WHERE id = $1', [
              appointment.inpatient_id,
            ])
            return { ...appointment, patient }
          }),
        )
      }),
  },
  {
    name: 'second stranger: where each consignment was seen last',
    expected: [{ kind: 'n_plus_one', on: 'scan_event', column: 'consignment.id' }],
    seed: async (seeder) => {
      const ids = seeder.ids(seeder.n, 'pcl')
      await seeder.table(
        'consignment',
        'id ID PRIMARY KEY, customer text',
        ids.map((id) => [id, 'acme']),
      )
      await seeder.table(
        'scan_event',
        'consignment_id ID, seen_at timestamptz, hub text',
        ids.flatMap((id, i) => [1, 2, 3].map((day) => [id, `2024-02-0${day}`, `HUB${(i * day) % 7}`])),
      )
    },
    run: (world) =>
      world.unit('second GET /parcels', async () => {
        for (const { id } of await rowsOf(world, 'SELECT id FROM consignment WHERE customer = $1', [
          'acme',
        ])) {
          await rowsOf(
            world,
            'SELECT hub, seen_at FROM scan_event WHERE consignment_id = $1 ORDER BY seen_at DESC LIMIT 1',
            [id],
          )
        }
      }),
  },
  {
    name: 'second stranger: a timetable’s rooms and teachers, lesson for lesson',
    expected: [
      // To be proven, of `lesson.classroom_code`: a known miss, that is not seen to lead to `classroom.code`.
      { kind: 'n_plus_one', on: 'classroom', tiers: ['proven', 'strong'] },
      { kind: 'n_plus_one', on: 'teacher', column: 'lesson.teacher_id' },
    ],
    seed: async (seeder) => {
      const teachers = seeder.ids(seeder.n, 'tea')
      await seeder.table(
        'teacher',
        'id ID PRIMARY KEY, name text',
        teachers.map((id, i) => [id, `T ${i}`]),
      )
      await seeder.table(
        'classroom',
        'code text PRIMARY KEY, seats int',
        teachers.map((_, i) => [`R-${(i * 37) % 8171}`, 20 + (i % 11)]),
      )
      await seeder.table(
        'lesson',
        'class text, weekday int, slot int, classroom_code text, teacher_id ID',
        teachers.map((id, i) => ['7b', i % 5, 1 + (i % 8), `R-${(i * 37) % 8171}`, id]),
      )
    },
    run: (world) =>
      world.unit('second GET /classes/:class/timetable', async () => {
        const lessons = await rowsOf(world, 'SELECT * FROM lesson WHERE class = $1', ['7b'])
        for (const lesson of lessons) {
          lesson.room = await rowsOf(world, 'SELECT seats FROM classroom WHERE code = $1', [
            lesson.classroom_code,
          ])
          lesson.teacher = await rowsOf(world, 'SELECT name FROM teacher WHERE id = $1', [lesson.teacher_id])
        }
      }),
  },
  {
    name: 'second stranger: the standing of each friend in this season',
    // Small numbers under two names are no proof.
    expected: [
      { kind: 'n_plus_one', on: 'standing', tiers: ['proven', 'strong'], column: 'friendship.friend_id' },
    ],
    seed: async (seeder) => {
      const [me, ...friends] = seeder.ids(seeder.n + 1, 'ply')
      await seeder.table(
        'friendship',
        'player_id ID, friend_id ID',
        friends.map((id) => [me, id]),
      )
      await seeder.table(
        'standing',
        'player_id ID, season int, points int',
        friends.map((id, i) => [id, 12, 90_000 + ((i * 7919) % 50_000)]),
      )
    },
    run: (world) =>
      world.unit('second GET /me/leaderboard', async () => {
        const [{ player_id: me }] = await rowsOf(world, 'SELECT player_id FROM friendship LIMIT 1')
        const friends = await rowsOf(world, 'SELECT friend_id FROM friendship WHERE player_id = $1', [me])
        const season = 12
        const standings = []
        for (const { friend_id: friend } of friends) {
          const [standing] = await rowsOf(
            world,
            'SELECT points FROM standing WHERE season = $1 AND player_id = $2',
            [season, friend],
          )
          standings.push({ friend, points: standing?.points ?? 0 })
        }
        return standings.sort((a, b) => b.points - a.points)
      }),
  },
  {
    name: 'second stranger: free bicycles at each station near by',
    expected: [{ kind: 'n_plus_one', on: 'bicycle', column: 'station.id' }],
    seed: async (seeder) => {
      const ids = seeder.ids(seeder.n, 'sta')
      await seeder.table(
        'station',
        'id ID PRIMARY KEY, lat float8, lon float8',
        ids.map((id, i) => [id, 48.1 + i / 10_000, 11.5 + i / 9_000]),
      )
      await seeder.table(
        'bicycle',
        'frame text, station_id ID, is_free bool',
        ids.flatMap((id, i) => [0, 1].map((k) => [`F${i}-${k}`, id, (i + k) % 3 > 0])),
      )
    },
    run: (world) =>
      world.unit('second GET /stations/nearby', async () => {
        const stations = await rowsOf(
          world,
          'SELECT id, lat, lon FROM station WHERE lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4',
          [48, 49, 11, 12],
        )
        await Promise.all(
          stations.map(({ id }) =>
            world.pool.query({
              name: 'free-bicycles',
              text: 'SELECT count(*) FROM bicycle WHERE is_free AND station_id = $1',
              values: [id],
            }),
          ),
        )
      }),
  },
  {
    name: 'second stranger: Kysely reads the current version of each paper',
    expected: [{ kind: 'n_plus_one', on: 'paper_version', column: 'paper.id' }],
    seed: async (seeder) => {
      const ids = seeder.ids(seeder.n, 'ppr')
      await seeder.table(
        'paper',
        'id ID PRIMARY KEY, title text, current_version int',
        ids.map((id, i) => [id, `Paper ${i}`, 1 + (i % 3)]),
      )
      await seeder.table(
        'paper_version',
        'paper_id ID, number int, body text',
        ids.flatMap((id) => [1, 2, 3].map((number) => [id, number, `Body ${number}`])),
      )
    },
    run: (world) =>
      world.unit('second GET /papers', async () => {
        const db = new Kysely<Papers>({ dialect: new PostgresDialect({ pool: world.pool }) })
        const papers = await db.selectFrom('paper').select(['id', 'title', 'current_version']).execute()
        for (const { id, current_version } of papers) {
          await db
            .selectFrom('paper_version')
            .selectAll()
            .where('paper_id', '=', id)
            .where('number', '=', current_version)
            .executeTakeFirst()
        }
      }),
  },
  {
    name: 'second stranger: unread messages of each room since they were read last',
    expected: [{ kind: 'n_plus_one', on: 'room_message', column: 'room_member.room_id' }],
    seed: async (seeder) => {
      const rooms = seeder.ids(seeder.n, 'rom')
      await seeder.table(
        'room_member',
        'login text, room_id ID, last_read_at timestamptz',
        rooms.map((id, i) => ['ada', id, `2024-03-0${1 + (i % 9)}`]),
      )
      await seeder.table(
        'room_message',
        'room_id ID, sent_at timestamptz, body text',
        rooms.flatMap((id) => [1, 2].map((k) => [id, `2024-03-1${k}`, 'hi'])),
      )
    },
    run: (world) =>
      world.unit('second GET /me/rooms', async () => {
        const memberships = await rowsOf(world, 'SELECT * FROM room_member WHERE login = $1', ['ada'])
        for (const membership of memberships) {
          const [{ unread }] = await rowsOf(
            world,
            'SELECT count(*)::int AS unread FROM room_message WHERE room_id = $1 AND sent_at > $2',
            [membership.room_id, membership.last_read_at],
          )
          membership.unread = unread
        }
      }),
  },
  {
    name: 'second stranger: a label’s text in one language after the other',
    expected: [{ kind: 'n_plus_one', on: 'wording', column: 'form_field.text_key' }],
    // Of two or four texts, the languages are as much of the loop.
    needs: ({ n }) => n >= 5,
    seed: async (seeder) => {
      const keys = Array.from({ length: seeder.n }, (_, i) => `field.${(i * 613) % 7001}.label`)
      await seeder.table(
        'form_field',
        'form text, text_key text',
        keys.map((key) => ['signup', key]),
      )
      await seeder.table(
        'wording',
        'key text, lang text, text text',
        keys.map((key) => [key, 'en', 'x']),
      )
    },
    run: (world) =>
      world.unit('second GET /forms/:form', async () => {
        const fields = await rowsOf(world, 'SELECT text_key FROM form_field WHERE form = $1', ['signup'])
        for (const { text_key: key } of fields) {
          for (const lang of ['de-AT', 'de', 'en']) {
            const found = await rowsOf(world, 'SELECT text FROM wording WHERE key = $1 AND lang = $2', [
              key,
              lang,
            ])
            if (found.length > 0) break
          }
        }
      }),
  },
  {
    name: 'second stranger: may I see this folder? asked of every folder above',
    ...fixed,
    expected: [{ kind: 'n_plus_one', on: 'drive_node', tiers: ['recursive', 'proven'] }],
    seed: async (seeder) => {
      const ids = seeder.ids(9, 'nod')
      await seeder.table(
        'drive_node',
        'id ID PRIMARY KEY, parent_id ID, grants jsonb',
        ids.map((id, i) => [id, ids[i + 1], i === 8 ? '{"ada":"read"}' : null]),
      )
    },
    run: (world) =>
      world.unit('second GET /drive/:id', async () => {
        let [node] = await rowsOf(
          world,
          'SELECT id, parent_id, grants FROM drive_node WHERE id NOT IN (SELECT parent_id FROM drive_node WHERE parent_id IS NOT NULL)',
        )
        while (node !== undefined && node.grants === null && node.parent_id !== null) {
          const parent = await rowsOf(world, 'SELECT id, parent_id, grants FROM drive_node WHERE id = $1', [
            node.parent_id,
          ])
          node = parent[0]
        }
      }),
  },
]
