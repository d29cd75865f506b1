import pLimit from 'p-limit'
import pg from 'pg'
import { loadDriverPg } from '../../../support/drivers.js'
import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

async function seedVehicles(seeder: Seeder): Promise<void> {
  const depots = seeder.ids(seeder.n + 20, 'dep')
  await seeder.table(
    'depot',
    'id ID PRIMARY KEY, town text NOT NULL, opened date NOT NULL',
    depots.map((id, i) => [
      id,
      `Town ${i}`,
      new Date(Date.UTC(1990, 0, 1 + i * 17)).toISOString().slice(0, 10),
    ]),
  )
  await seeder.table(
    'vehicle',
    'plate text PRIMARY KEY, depot_id ID NOT NULL',
    seeder.random
      .shuffled(depots)
      .slice(0, seeder.n)
      .map((id, i) => [`XY-${(i * 7919) % 10_007}`, id]),
  )
}

const source = { kind: 'n_plus_one', on: 'depot', column: 'vehicle.depot_id' } as const
const list = 'SELECT plate, depot_id FROM vehicle'
const one = 'SELECT town FROM depot WHERE id = $1'

/** The same loop in the ways that the driver has of asking, and lists of ids that are no plain column. */
export const driverForms: readonly Scenario[] = [
  {
    name: 'strangers: rows as arrays',
    expected: [source],
    seed: seedVehicles,
    run: (world) =>
      world.unit('rows as arrays', async () => {
        const { rows } = await world.pool.query({ text: list, rowMode: 'array' })
        for (const [, depot] of rows) await world.pool.query({ text: one, values: [depot], rowMode: 'array' })
      }),
  },
  {
    name: 'strangers: callbacks, each of which asks for the next',
    expected: [source],
    seed: seedVehicles,
    run: (world) =>
      world.unit(
        'callbacks',
        () =>
          new Promise<void>((resolve, reject) => {
            world.pool.query(list, (error, result) => {
              if (error) return reject(error)
              const next = (at: number): void => {
                if (at === result.rows.length) resolve()
                else
                  world.pool.query(one, [result.rows[at].depot_id], (failure) => {
                    if (failure) reject(failure)
                    else next(at + 1)
                  })
              }
              next(0)
            })
          }),
      ),
  },
  {
    name: 'strangers: ids wrapped in objects that know how to become parameters',
    // Their values are known to nobody but the driver: to ask for them would call the application's code once more.
    expected: [],
    tolerated: ['n_plus_one'],
    seed: seedVehicles,
    run: (world) =>
      world.unit('branded ids', async () => {
        class DepotId {
          readonly value: unknown
          constructor(value: unknown) {
            this.value = value
          }
          toPostgres(): unknown {
            return this.value
          }
        }
        const { rows } = await world.pool.query(list)
        for (const id of rows.map(({ depot_id }) => new DepotId(depot_id))) await world.pool.query(one, [id])
      }),
  },
  {
    name: 'strangers: bigints as JavaScript has them',
    expected: [source],
    needs: ({ variant }) => variant.idType === 'bigint' || variant.idType === 'int',
    seed: seedVehicles,
    run: (world) =>
      world.unit('bigints', async () => {
        const { rows } = await world.pool.query(list)
        const vehicles = rows.map((row) => ({ ...row, depotId: BigInt(row.depot_id) }))
        for (const { depotId } of vehicles) await world.pool.query(one, [depotId])
      }),
  },
  {
    name: 'strangers: ids turned to texts on their way through JSON',
    expected: [source],
    seed: seedVehicles,
    run: (world) =>
      world.unit('through JSON', async () => {
        const { rows } = await world.pool.query(list)
        const received = JSON.parse(JSON.stringify(rows.map(({ depot_id }) => ({ depot: String(depot_id) }))))
        for (const { depot } of received) await world.pool.query(one, [depot])
      }),
  },
  {
    name: 'strangers: at most three at once',
    expected: [source],
    seed: seedVehicles,
    run: (world) =>
      world.unit('p-limit', async () => {
        const limit = pLimit(3)
        const { rows } = await world.pool.query(list)
        await Promise.all(rows.map(({ depot_id }) => limit(() => world.pool.query(one, [depot_id]))))
      }),
  },
  {
    name: 'strangers: a list by one copy of the driver, its rows by another',
    expected: [source],
    runsAlone: true,
    needs: ({ variant }) => variant.driver === 'pg',
    seed: seedVehicles,
    run: async (world) => {
      const bundled = new (loadDriverPg().Pool)({ connectionString: world.connectionString, max: 2 })
      await world.unit('two copies', async () => {
        const { rows } = await bundled.query(list)
        for (const { depot_id } of rows) await world.pool.query(one, [depot_id])
      })
      await bundled.end()
    },
  },
  {
    name: 'strangers: a list from one pool, its rows from another of the same database',
    expected: [source],
    runsAlone: true,
    seed: seedVehicles,
    run: async (world) => {
      const replica = world.anotherPool({ max: 2, application_name: 'reads' })
      await world.unit('two pools', async () => {
        const { rows } = await world.pool.query(list)
        for (const { depot_id } of rows) await replica.query(one, [depot_id])
      })
      await replica.end()
    },
  },
  {
    name: 'strangers: ids in an array of one row',
    expected: [{ kind: 'n_plus_one', on: 'depot', tiers: ['proven', 'strong'] }],
    seed: async (seeder) => {
      await seedVehicles(seeder)
      await seeder.run(
        'DROP TABLE IF EXISTS tour; CREATE TABLE tour AS SELECT 5 AS no, array_agg(depot_id) AS stops FROM vehicle',
      )
    },
    run: (world) =>
      world.unit('array of ids', async () => {
        const { rows } = await world.pool.query('SELECT stops FROM tour WHERE no = $1', [5])
        for (const id of rows[0].stops) await world.pool.query(one, [id])
      }),
  },
  {
    name: 'strangers: ids in a JSON document of one row',
    expected: [{ kind: 'n_plus_one', on: 'depot', tiers: ['proven', 'strong'] }],
    seed: async (seeder) => {
      await seedVehicles(seeder)
      await seeder.run(
        "DROP TABLE IF EXISTS plan; CREATE TABLE plan AS SELECT 5 AS no, jsonb_build_object('stops', jsonb_agg(jsonb_build_object('depot', depot_id))) AS document FROM vehicle",
      )
    },
    run: (world) =>
      world.unit('document of ids', async () => {
        const { rows } = await world.pool.query('SELECT document FROM plan WHERE no = $1', [5])
        return Promise.all(
          rows[0].document.stops.map((stop: { depot: unknown }) => world.pool.query(one, [stop.depot])),
        )
      }),
  },
  {
    name: 'strangers: days of a list, asked for as the dates that the driver made of them',
    expected: [{ kind: 'n_plus_one', on: 'shift', tiers: ['proven', 'strong'] }],
    seed: async (seeder) => {
      await seedVehicles(seeder)
      await seeder.run(
        "DROP TABLE IF EXISTS shift; CREATE TABLE shift AS SELECT opened AS worked_on, 'early' AS name FROM depot",
      )
    },
    run: (world) =>
      world.unit('days', async () => {
        const { rows } = await world.pool.query(
          'SELECT DISTINCT opened FROM depot ORDER BY opened DESC LIMIT $1',
          [world.n],
        )
        for (const { opened } of rows) {
          await world.pool.query('SELECT name FROM shift WHERE worked_on = $1', [opened])
        }
      }),
  },
  {
    name: 'strangers: rows of a view of joined tables, one at a time',
    expected: [{ kind: 'n_plus_one', on: 'yard_overview', column: 'lorry.yard_id' }],
    seed: async (seeder) => {
      const yards = seeder.ids(seeder.n, 'yrd')
      const parked = seeder.random.shuffled(yards)
      await seeder.table(
        'yard',
        'id ID PRIMARY KEY, town text',
        yards.map((id, i) => [id, `Town ${i}`]),
      )
      await seeder.table(
        'lorry',
        'plate text, yard_id ID',
        parked.map((id, i) => [`L-${i}`, id]),
      )
      await seeder.run(
        'CREATE OR REPLACE VIEW yard_overview AS SELECT y.id AS yard_id, y.town, (SELECT count(*) FROM lorry l WHERE l.yard_id = y.id) AS lorries FROM yard y',
      )
    },
    run: (world) =>
      world.unit('a view', async () => {
        const { rows } = await world.pool.query('SELECT l.plate, l.yard_id FROM lorry l ORDER BY l.plate')
        for (const { yard_id } of rows) {
          await world.pool.query('SELECT * FROM yard_overview WHERE yard_id = $1', [yard_id])
        }
      }),
  },
  {
    name: 'strangers: a common table expression in a loop',
    expected: [{ ...source, column: 'vehicle.depot_id' }],
    seed: seedVehicles,
    run: (world) =>
      world.unit('a CTE', async () => {
        const { rows } = await world.pool.query(list)
        await Promise.all(
          rows.map(async (vehicle) => {
            const found = await world.pool.query(
              `WITH parked AS (SELECT depot_id, count(*) AS n FROM vehicle GROUP BY depot_id)
               SELECT d.town, p.n FROM depot d LEFT JOIN parked p ON p.depot_id = d.id WHERE d.id = $1`,
              [vehicle.depot_id],
            )
            vehicle.depot = found.rows[0]
          }),
        )
      }),
  },
  {
    name: 'strangers: a function of the database called for each row',
    expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'], column: 'depot.id' }],
    seed: async (seeder) => {
      await seedVehicles(seeder)
      await seeder.run(
        `DROP FUNCTION IF EXISTS vehicles_of; CREATE FUNCTION vehicles_of(depot ${seeder.idType}) RETURNS bigint STABLE LANGUAGE sql
         AS 'SELECT count(*) FROM vehicle WHERE depot_id = depot'`,
      )
    },
    run: (world) =>
      world.unit('a function', async () => {
        const { rows } = await world.pool.query('SELECT id, town FROM depot ORDER BY town LIMIT $1', [
          world.n,
        ])
        for (const { id } of rows) await world.pool.query('SELECT vehicles_of($1) AS n', [id])
      }),
  },
  {
    name: 'strangers: ids that a request’s body brought, row after row',
    runsAlone: true,
    expected: [{ kind: 'n_plus_one', on: 'depot', tiers: ['strong'], column: null }],
    seed: seedVehicles,
    run: async (world) => {
      const client = new pg.Client({ connectionString: world.connectionString })
      await client.connect()
      const { rows } = await client.query(list)
      await client.end()
      await world.unit('POST /depots/bulk', async () => {
        const body = { ids: rows.map(({ depot_id }) => depot_id) }
        const found: unknown[] = []
        for (const id of body.ids) found.push((await world.pool.query(one, [id])).rows[0])
        return found
      })
    },
  },
  {
    name: 'strangers: ids in lots of fifty',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('lots', async () => {
        const ids = (await world.pool.query('SELECT id FROM review')).rows.map(({ id }) => id)
        for (let at = 0; at < ids.length; at += 50) {
          const lot = ids.slice(at, at + 50)
          const places = lot.map((_, i) => `$${i + 1}`).join(', ')
          await world.pool.query(`SELECT id, stars FROM review WHERE id IN (${places})`, lot)
        }
      }),
  },
  {
    name: 'strangers: a server-side cursor, a hundred rows at a time',
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one'],
    run: (world) =>
      world.unit('FETCH', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        await client.query('DECLARE c NO SCROLL CURSOR FOR SELECT * FROM review')
        while ((await client.query('FETCH 100 FROM c')).rows.length > 0);
        await client.query('CLOSE c')
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'strangers: distinct values found by leaping through an index',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: (seeder) =>
      seeder.run(
        "DROP TABLE IF EXISTS product_line; CREATE TABLE product_line AS SELECT 'category ' || (i % 9) AS category FROM generate_series(1, 300) i",
      ),
    run: (world) =>
      world.unit('loose index scan', async () => {
        const seen: string[] = []
        for (;;) {
          const { rows } = await world.pool.query(
            'SELECT category FROM product_line WHERE category > $1 ORDER BY category LIMIT 1',
            [seen.at(-1) ?? ''],
          )
          if (rows.length === 0) return seen
          seen.push(rows[0].category)
        }
      }),
  },
  {
    name: 'strangers: what time it is, and a random number, ten times each',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query'],
    run: (world) =>
      world.unit('clock', async () => {
        for (let i = 0; i < 10; i++) {
          await world.pool.query('SELECT clock_timestamp() AS now')
          await world.pool.query('SELECT random() AS r')
        }
      }),
  },
]
