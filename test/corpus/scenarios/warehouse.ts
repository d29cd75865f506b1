import type { Scenario } from '../scenario.js'
import type { Seeder } from '../seeder.js'

/** A warehouse that does things right, in ways that look like loops from afar. */
async function warehouse(seeder: Seeder): Promise<void> {
  const bins = seeder.ids(60, 'bin')
  await seeder.table(
    'bin',
    'id ID PRIMARY KEY, zone int',
    bins.map((id, i) => [id, i % 7]),
  )
  await seeder.table(
    'movement',
    'id int PRIMARY KEY, bin_id ID, at timestamptz NOT NULL, weight int',
    Array.from({ length: 120 }, (_, i) => [
      i + 1,
      bins[i % 60],
      new Date(Date.UTC(2026, 4, 1, 0, i * 17)).toISOString(),
      i % 30,
    ]),
  )
  await seeder.table('tag', 'id serial PRIMARY KEY, name text UNIQUE')
}

const right = {
  expected: [],
  forbidden: ['n_plus_one', 'duplicate_query'],
  isFixedSize: true,
  runsAlone: true,
  seed: warehouse,
} as const

export const warehouseScenarios: readonly Scenario[] = [
  {
    name: 'warehouse: pages by the time of the last row',
    ...right,
    run: (world) =>
      world.unit('movements by time', async () => {
        let { rows } = await world.pool.query('SELECT id, at FROM movement ORDER BY at DESC LIMIT 15')
        while (rows.length === 15) {
          const last = rows[14].at
          rows = (
            await world.pool.query('SELECT id, at FROM movement WHERE at < $1 ORDER BY at DESC LIMIT 15', [
              last,
            ])
          ).rows
        }
      }),
  },
  {
    name: 'warehouse: pages of one zone by OFFSET, with Knex',
    ...right,
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('zone pages', async () => {
        for (let page = 0; page < 8; page++) {
          await db('movement')
            .where('weight', '>', 3)
            .orderBy('id')
            .limit(10)
            .offset(page * 10)
        }
      })
    },
  },
  {
    name: 'warehouse: a frontier of neighbours, batch by batch',
    ...right,
    run: (world) =>
      world.unit('frontier', async () => {
        let frontier = [1]
        const seen = new Set(frontier)
        while (frontier.length > 0 && seen.size < 60) {
          const { rows } = await world.pool.query(
            'SELECT id + 1 AS a, id * 2 AS b FROM movement WHERE id = ANY($1)',
            [frontier],
          )
          frontier = rows.flatMap(({ a, b }) => [a, b]).filter((id) => !seen.has(id) && id <= 120)
          for (const id of frontier) seen.add(id)
        }
      }),
  },
  {
    name: 'warehouse: tags found or made, one after the other',
    ...right,
    run: (world) =>
      world.unit('find or make', async () => {
        for (const name of ['cold', 'fragile', 'heavy', 'live', 'liquid', 'sharp', 'toxic']) {
          const { rows } = await world.pool.query('SELECT id FROM tag WHERE name = $1', [name])
          if (rows.length === 0) await world.pool.query('INSERT INTO tag (name) VALUES ($1)', [name])
        }
      }),
  },
  {
    name: 'warehouse: a key range, halved until it is found',
    ...right,
    run: (world) =>
      world.unit('bisect', async () => {
        let [low, high] = [1, 120]
        while (low < high) {
          const middle = (low + high) >> 1
          const { rows } = await world.pool.query(
            'SELECT count(*)::int AS n FROM movement WHERE id BETWEEN $1 AND $2',
            [low, middle],
          )
          if (rows[0].n > 3) high = middle
          else low = middle + 1
        }
      }),
  },
  {
    name: 'warehouse: six tables asked about one bin',
    ...right,
    run: (world) =>
      world.unit('bin page', async () => {
        const { rows } = await world.pool.query('SELECT id FROM bin WHERE zone = 3 LIMIT 1')
        const bin = rows[0].id
        await Promise.all([
          world.pool.query('SELECT zone FROM bin WHERE id = $1', [bin]),
          world.pool.query('SELECT sum(weight) FROM movement WHERE bin_id = $1', [bin]),
          world.pool.query('SELECT max(at) FROM movement WHERE bin_id = $1', [bin]),
          world.pool.query('SELECT count(*) FROM movement WHERE bin_id = $1 AND weight > 5', [bin]),
          world.pool.query('SELECT id FROM movement WHERE bin_id = $1 ORDER BY at LIMIT 1', [bin]),
        ])
      }),
  },
  {
    name: 'warehouse: a lease that is asked for until somebody else gives it up',
    ...right,
    seed: async (seeder) => {
      await warehouse(seeder)
      await seeder.table('lease', 'name text PRIMARY KEY, holder text', [['sweeper', 'other']])
    },
    run: (world) =>
      world.unit('lease', async () => {
        for (let turn = 0; turn < 9; turn++) {
          if (turn === 6) await world.behindTheScenes("UPDATE lease SET holder = 'free'")
          const { rows } = await world.pool.query(
            "SELECT holder FROM lease WHERE name = 'sweeper' AND holder <> 'free' FOR UPDATE NOWAIT",
          )
          if (rows.length === 0) return
        }
      }),
  },
  {
    name: 'warehouse: bins of seven zones counted, zone by zone, as numbers in the code',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    runsAlone: true,
    seed: warehouse,
    run: (world) =>
      world.unit('zones', async () => {
        await world.pool.query('SELECT id, zone FROM bin')
        for (const zone of [0, 1, 2, 3, 4, 5, 6]) {
          await world.pool.query('SELECT count(*) FROM bin WHERE zone = $1', [zone])
        }
      }),
  },
  {
    name: 'warehouse: three loaders of one table, each for its own four rows',
    ...right,
    run: (world) =>
      world.unit('three loaders', async () => {
        const load = (ids: unknown[]) => world.pool.query('SELECT * FROM bin WHERE id = ANY($1)', [ids])
        const { rows } = await world.pool.query('SELECT id FROM bin LIMIT 24')
        const ids = rows.map(({ id }) => id)
        for (let at = 0; at < 24; at += 4) await load(ids.slice(at, at + 4))
      }),
  },
]
