import type { Scenario } from '../../scenario.js'

const alone = { isFixedSize: true, runsAlone: true } as const

/** Values that are in an earlier result, and did not come from there; and loops that are none. */
export const chance: readonly Scenario[] = [
  {
    name: 'strangers: positions of a playlist, and then seven levels that the code knows',
    isFixedSize: true,
    isCoincidence: true,
    expected: [],
    seed: async (seeder) => {
      await seeder.table(
        'track',
        'position int, title text',
        Array.from({ length: 30 }, (_, i) => [i + 1, `Track ${i}`]),
      )
      await seeder.table(
        'level',
        'id int PRIMARY KEY, title text',
        Array.from({ length: 9 }, (_, i) => [i + 1, `Level ${i}`]),
      )
    },
    run: (world) =>
      world.unit('GET /levels', async () => {
        await world.pool.query('SELECT position, title FROM track ORDER BY position')
        for (const id of [1, 2, 3, 4, 5, 6, 7]) {
          await world.pool.query('SELECT title FROM level WHERE id = $1', [id])
        }
      }),
  },
  {
    name: 'strangers: years of a statistic that the code goes through, after a list of films',
    isFixedSize: true,
    isCoincidence: true,
    expected: [],
    tolerated: ['n_plus_one'],
    seed: (seeder) =>
      seeder.run(
        `DROP TABLE IF EXISTS film; CREATE TABLE film AS SELECT i AS id, 1950 + i % 75 AS year, 'Film ' || i AS title FROM generate_series(1, 200) i;
         DROP TABLE IF EXISTS box_office; CREATE TABLE box_office AS SELECT 1950 + i AS season, i AS total FROM generate_series(0, 74) i`,
      ),
    run: (world) =>
      world.unit('GET /statistics', async () => {
        await world.pool.query('SELECT id, year, title FROM film ORDER BY title LIMIT 100')
        const totals: number[] = []
        for (let season = 2015; season <= 2023; season++) {
          const { rows } = await world.pool.query('SELECT total FROM box_office WHERE season = $1', [season])
          totals.push(rows[0].total)
        }
        return totals
      }),
  },
  {
    name: 'strangers: stars from one to five, after a list that has them',
    isCoincidence: true,
    isFixedSize: true,
    expected: [],
    run: (world) =>
      world.unit('GET /ratings', async () => {
        await world.pool.query('SELECT id, stars FROM review ORDER BY body LIMIT 60')
        const histogram: number[] = []
        for (let stars = 1; stars <= 5; stars++) {
          const { rows } = await world.pool.query('SELECT count(*)::int AS n FROM review WHERE stars = $1', [
            stars,
          ])
          histogram.push(rows[0].n)
        }
        return histogram
      }),
  },
  {
    name: 'strangers: ten flags by their names, out of a list in the code',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query'],
    seed: (seeder) =>
      seeder.table('feature_flag', 'name text PRIMARY KEY, enabled boolean', [
        ['new_checkout', true],
        ['dark_mode', false],
      ]),
    run: (world) =>
      world.unit('GET /config', async () => {
        const enabled: string[] = []
        const flags = [
          'new_checkout',
          'dark_mode',
          'beta_search',
          'ai_summary',
          'sso',
          'webhooks_v2',
          'audit',
          'export',
          'teams',
          'labs',
        ]
        for (const flag of flags) {
          const { rows } = await world.pool.query('SELECT enabled FROM feature_flag WHERE name = $1', [flag])
          if (rows[0]?.enabled) enabled.push(flag)
        }
        return enabled
      }),
  },
  {
    name: 'strangers: nine tiles of a map around a place, each by its three numbers',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'tile', tiers: ['strong'], column: null }],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS tile; CREATE TABLE tile AS SELECT 16 AS z, 34500 + i % 20 AS x, 22900 + i / 20 AS y, 'png' AS body FROM generate_series(0, 399) i",
      ),
    run: (world) =>
      world.unit('GET /map', async () => {
        const { x, y } = { x: 34_510, y: 22_910 }
        const bodies: unknown[] = []
        for (let dx = -1; dx <= 1; dx++) {
          for (let dy = -1; dy <= 1; dy++) {
            const { rows } = await world.pool.query(
              'SELECT body FROM tile WHERE z = $1 AND x = $2 AND y = $3',
              [16, x + dx, y + dy],
            )
            bodies.push(rows[0]?.body)
          }
        }
        return bodies
      }),
  },
  {
    name: 'strangers: ten requests at once, each of which loads one author',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'constant_fanout'],
    run: async (world) => {
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          world.unit('GET /authors/:id', async () => {
            await world.pool.query('SELECT name FROM author WHERE id = $1', [world.bookshop.authors[i * 3]])
          }),
        ),
      )
    },
  },
  {
    name: 'strangers: the same two columns of a table ask another, in two loops',
    expected: [{ kind: 'n_plus_one', on: 'club', tiers: ['proven', 'strong'] }],
    seed: async (seeder) => {
      const clubs = seeder.ids(2 * seeder.n, 'clb')
      await seeder.table(
        'club',
        'id ID PRIMARY KEY, name text',
        clubs.map((id, i) => [id, `Club ${i}`]),
      )
      const sides = seeder.random.shuffled(clubs)
      await seeder.table(
        'fixture',
        'kick_off int, home_club_id ID, away_club_id ID',
        Array.from({ length: seeder.n }, (_, i) => [i, sides[2 * i], sides[2 * i + 1]]),
      )
    },
    run: (world) =>
      world.unit('GET /fixtures', async () => {
        const clubName = async (id: unknown) =>
          (await world.pool.query('SELECT name FROM club WHERE id = $1', [id])).rows[0].name
        const { rows } = await world.pool.query('SELECT * FROM fixture ORDER BY kick_off')
        const lines: string[] = []
        for (const { home_club_id, away_club_id } of rows) {
          lines.push(`${await clubName(home_club_id)} – ${await clubName(away_club_id)}`)
        }
        return lines
      }),
  },
  {
    name: 'strangers: a configuration, asked for by six parts of a page at once',
    isFixedSize: true,
    expected: [{ kind: 'duplicate_query', on: 'page_layout' }],
    seed: (seeder) => seeder.table('page_layout', 'name text, body text', [['main', '{}']]),
    run: (world) =>
      world.unit('GET /', async () => {
        const widget = async (part: string) => {
          const { rows } = await world.pool.query("SELECT body FROM page_layout WHERE name = 'main'")
          return `${part} ${rows[0].body}`
        }
        return Promise.all(['head', 'nav', 'news', 'weather', 'ads', 'foot'].map(widget))
      }),
  },
  {
    name: 'strangers: the same list of ids asked for four times',
    isFixedSize: true,
    expected: [{ kind: 'duplicate_query', on: 'book' }],
    run: (world) =>
      world.unit('GET /compare', async () => {
        const ids = world.bookshop.books.slice(0, 5)
        const load = () => world.pool.query('SELECT * FROM book WHERE id = ANY($1)', [ids])
        const cheapest = Math.min(...(await load()).rows.map(({ price }) => price))
        await world.pool.query('SELECT count(*) FROM reader')
        const titles = (await load()).rows.map(({ title }) => title)
        const authors = (await load()).rows.map(({ author_id }) => author_id)
        return [cheapest, titles, authors, (await load()).rows.length]
      }),
  },
  {
    name: 'strangers: stock counted, a procedure called, and stock counted again, four times',
    ...alone,
    expected: [],
    seed: (seeder) =>
      seeder.run(
        `DROP TABLE IF EXISTS bin; CREATE TABLE bin AS SELECT 4 AS no, 5 AS amount;
         CREATE OR REPLACE PROCEDURE refill() LANGUAGE sql AS 'UPDATE bin SET amount = amount + 1'`,
      ),
    run: (world) =>
      world.unit('POST /refill', async () => {
        for (let i = 0; i < 4; i++) {
          const { rows } = await world.pool.query('SELECT amount FROM bin WHERE no = $1', [4])
          if (rows[0].amount < 100) await world.pool.query('CALL refill()')
        }
      }),
  },
]
