import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'

const clean = { expected: [], forbidden: ['n_plus_one', 'duplicate_query'], isFixedSize: true } as const

/** One long list, piece by piece. */
export const pagesAndStreams: readonly Scenario[] = [
  {
    name: 'an export page by page, by OFFSET',
    ...clean,
    run: (world) =>
      world.unit('offset export', async () => {
        for (let page = 0; page < 12; page++) {
          await world.pool.query('SELECT * FROM book ORDER BY id LIMIT $1 OFFSET $2', [20, page * 20])
        }
      }),
  },
  {
    name: 'an export page by page, by key',
    ...clean,
    run: (world) =>
      world.unit('keyset export', async () => {
        let rows = (await world.pool.query('SELECT id, title FROM book ORDER BY id LIMIT 30')).rows
        while (rows.length === 30) {
          const last = rows[29].id
          rows = (
            await world.pool.query('SELECT id, title FROM book WHERE id > $1 ORDER BY id LIMIT 30', [last])
          ).rows
        }
      }),
  },
  {
    name: 'an export by a key of two columns',
    ...clean,
    run: (world) =>
      world.unit('compound keyset export', async () => {
        const text = 'SELECT id, price FROM book WHERE (price, id) > ($1, $2) ORDER BY price, id LIMIT 25'
        let { rows } = await world.pool.query('SELECT id, price FROM book ORDER BY price, id LIMIT 25')
        while (rows.length === 25) ({ rows } = await world.pool.query(text, [rows[24].price, rows[24].id]))
      }),
  },
  {
    name: 'pages within one author, by key: one constant and one that moves',
    ...clean,
    seed: (seeder) => {
      const [author] = seeder.ids(1, 'aut')
      const rows = seeder.ids(90, 'nte').map((id) => [id, author])
      return seeder.table('note', 'id ID PRIMARY KEY, author_id ID', rows)
    },
    run: (world) =>
      world.unit('notes of one author', async () => {
        const first = await world.pool.query('SELECT id, author_id FROM note ORDER BY id LIMIT 10')
        const author: Id = first.rows[0].author_id
        let rows = first.rows
        const text = 'SELECT id FROM note WHERE author_id = $1 AND id > $2 ORDER BY id LIMIT 10'
        while (rows.length === 10) rows = (await world.pool.query(text, [author, rows[9].id])).rows
      }),
  },
  {
    name: 'a cursor of the driver',
    ...clean,
    needs: ({ variant }) => variant.driver === 'pg',
    runsAlone: true,
    run: (world) =>
      world.unit('cursor', async () => {
        const client = await world.pool.connect()
        const cursor = client.query(new Cursor('SELECT * FROM review ORDER BY id'))
        while ((await cursor.read(100)).length > 0);
        await cursor.close()
        client.release()
      }),
  },
  {
    name: 'a stream of the driver',
    ...clean,
    needs: ({ variant }) => variant.driver === 'pg',
    runsAlone: true,
    run: (world) =>
      world.unit('stream', async () => {
        const client = await world.pool.connect()
        for await (const _ of client.query(new QueryStream('SELECT * FROM review', [], { batchSize: 50 })));
        client.release()
      }),
  },
  {
    name: 'a cursor of the server: DECLARE and FETCH',
    ...clean,
    runsAlone: true,
    run: (world) =>
      world.unit('server cursor', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        await client.query('DECLARE all_reviews CURSOR FOR SELECT * FROM review')
        while ((await client.query('FETCH 100 FROM all_reviews')).rows.length > 0);
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'a report by weeks: the bounds move',
    ...clean,
    run: (world) =>
      world.unit('weekly report', async () => {
        for (let week = 0; week < 12; week++) {
          await world.pool.query('SELECT count(*), avg(stars) FROM review WHERE stars >= $1 AND stars < $2', [
            week,
            week + 1,
          ])
        }
      }),
  },
  {
    name: 'a report by days, each by BETWEEN and of a day',
    ...clean,
    run: (world) =>
      world.unit('daily report', async () => {
        for (let day = 1; day <= 20; day++) {
          const at = new Date(Date.UTC(2026, 2, day))
          await world.pool.query(
            "SELECT count(*) FROM book WHERE timestamptz '2026-03-05' BETWEEN $1::timestamptz AND $1::timestamptz + interval '1 day'",
            [at],
          )
        }
      }),
  },
  {
    name: 'a search while somebody types',
    ...clean,
    run: (world) =>
      world.unit('search', async () => {
        for (const end of [1, 2, 3, 4, 5, 6, 7, 8]) {
          await world.pool.query('SELECT id, title FROM book WHERE title ILIKE $1 ORDER BY title LIMIT 10', [
            `${'Book 123'.slice(0, end)}%`,
          ])
        }
      }),
  },
  {
    name: 'an ETL job: a range of rows, then one update for them, again and again',
    expected: [],
    isFixedSize: true,
    runsAlone: true,
    seed: (seeder) => {
      const rows = Array.from({ length: 90 }, (_, i) => [i + 1, 0])
      return seeder.table('measurement', 'seq int PRIMARY KEY, state int NOT NULL', rows)
    },
    run: (world) =>
      world.unit('etl', async () => {
        for (let from = 0; from < 90; from += 10) {
          const { rows } = await world.pool.query(
            'SELECT seq FROM measurement WHERE seq > $1 AND seq <= $2',
            [from, from + 10],
          )
          await world.pool.query('UPDATE measurement SET state = 1 WHERE seq = ANY($1)', [
            rows.map(({ seq }) => seq),
          ])
        }
      }),
  },
]
