import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const clean = { expected: [], forbidden: ['n_plus_one'], isCoincidence: true, isFixedSize: true } as const

const columns = 'id int PRIMARY KEY, name text, level int'
const numbered = (count: number, from = 1): unknown[][] =>
  Array.from({ length: count }, (_, i) => [from + i, `Number ${from + i}`, 1 + (i % 9)])

/** Each of these constants has its own place in the code. */
async function settings(world: World, ids: readonly number[]): Promise<void> {
  const one = (id: number | undefined) => world.pool.query('SELECT name FROM lookup WHERE id = $1', [id])
  await one(ids[0])
  const currency = await one(ids[1])
  const locale = await one(ids[2])
  await Promise.all([one(ids[3]), currency, locale])
  await one(ids[4])
  await one(ids[5])
}

/** Values that are in earlier results by chance or by nature: no one may call that a proof. */
export const coincidences: readonly Scenario[] = [
  {
    name: 'constants 1 to 6, each from its own place, after a list of ids from 1',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('lookup', columns, numbered(20))
      await seeder.table('parcel', columns, numbered(30))
    },
    run: (world) =>
      world.unit('constants', async () => {
        await world.pool.query('SELECT id, name FROM parcel ORDER BY id LIMIT 20')
        await settings(world, [1, 2, 3, 4, 5, 6])
      }),
  },
  {
    name: 'constants in no order after a list in no order that has them all',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('lookup', columns, numbered(20))
      await seeder.table('parcel', columns, seeder.random.shuffled(numbered(40)))
    },
    run: (world) =>
      world.unit('shuffled constants', async () => {
        await world.pool.query('SELECT id FROM parcel')
        await settings(world, [7, 3, 11, 2, 16, 5])
      }),
  },
  {
    name: 'enumerations: each status by its number, after rows with numbers of statuses',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('lookup', columns, numbered(9))
      await seeder.table(
        'shipment',
        'id int, status_id int, carrier_id int',
        numbered(40).map(([id, , level]) => [id, level, level]),
      )
    },
    run: (world) =>
      world.unit('statuses', async () => {
        await world.pool.query('SELECT id, status_id, carrier_id FROM shipment')
        await settings(world, [1, 2, 3, 4, 5, 9])
      }),
  },
  {
    name: 'tenants by number: a constant of each, after a list of tenants',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('lookup', columns, numbered(9))
      await seeder.table('tenant', columns, numbered(12))
    },
    run: (world) =>
      world.unit('tenants', async () => {
        await world.pool.query('SELECT id AS tenant_id FROM tenant ORDER BY name')
        await settings(world, [3, 1, 4, 2, 6, 5])
      }),
  },
  {
    name: 'small quantities that are ids elsewhere',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('lookup', columns, numbered(30))
      await seeder.table(
        'cart_line',
        'id int, quantity int',
        numbered(24).map(([id]) => [id, Number(id)]),
      )
    },
    run: (world) =>
      world.unit('quantities', async () => {
        await world.pool.query('SELECT id + 5000 AS id, quantity FROM cart_line')
        await settings(world, [2, 4, 8, 16, 10, 20])
      }),
  },
  {
    name: 'three ids of a request body, after a result that holds 1 to 50',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('parcel', columns, numbered(50))
      await seeder.table('lookup', columns, numbered(50))
    },
    run: (world) =>
      world.unit('three of fifty', async () => {
        await world.pool.query('SELECT id, name FROM parcel')
        for (const id of [12, 31, 47]) await world.pool.query('SELECT name FROM lookup WHERE id = $1', [id])
      }),
  },
  {
    name: 'years: rows have them, and a report asks for each of the last eight from its own line',
    ...clean,
    seed: async (seeder) => {
      const years = Array.from({ length: 40 }, (_, i) => [2026 - (i % 12), i])
      await seeder.table('budget', 'year int, total int', years)
      await seeder.table('lookup', columns, numbered(12, 2015))
    },
    run: (world) =>
      world.unit('years', async () => {
        await world.pool.query('SELECT year, total FROM budget')
        await settings(world, [2026, 2025, 2024, 2023, 2022, 2021])
      }),
  },
  {
    name: 'settings by name, six constants from six places, after a list of settings with names',
    ...clean,
    seed: (seeder) =>
      seeder.table(
        'setting',
        'name text PRIMARY KEY, value text',
        ['theme', 'locale', 'currency', 'timezone', 'plan', 'region', 'beta', 'quota'].map((name) => [
          name,
          'x',
        ]),
      ),
    run: (world) =>
      world.unit('settings by name', async () => {
        await world.pool.query('SELECT name FROM setting ORDER BY name')
        const get = (name: string) => world.pool.query('SELECT value FROM setting WHERE name = $1', [name])
        const shown = async () => (await get('theme')).rows
        const spoken = async () => (await get('locale')).rows
        const paid = async () => (await get('currency')).rows
        const dated = async () => (await get('timezone')).rows
        const allowed = async () => (await get('plan')).rows
        const placed = async () => (await get('region')).rows
        await Promise.all([shown(), spoken()])
        await paid()
        await dated()
        if ((await allowed()).length > 0) await placed()
      }),
  },
  {
    name: 'settings by name, in a loop over a list in the code, after a list of settings with names',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: (seeder) =>
      seeder.table(
        'setting',
        'name text PRIMARY KEY, value text',
        ['theme', 'locale', 'currency', 'timezone', 'plan', 'region', 'beta', 'quota'].map((name) => [
          name,
          'x',
        ]),
      ),
    run: (world) =>
      world.unit('loop over names', async () => {
        await world.pool.query('SELECT name FROM setting ORDER BY name')
        for (const name of ['theme', 'locale', 'plan', 'currency', 'region', 'quota']) {
          await world.pool.query('SELECT value FROM setting WHERE name = $1', [name])
        }
      }),
  },
  {
    name: 'a loop over 1 to 6 in the code, after a list that has them under a name that fits',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: async (seeder) => {
      await seeder.table('parcel', columns, numbered(30))
      await seeder.table(
        'label',
        'parcel_id int, text text',
        numbered(30).map(([id, name]) => [id, name]),
      )
    },
    run: (world) =>
      world.unit('loop over numbers', async () => {
        await world.pool.query('SELECT id, name FROM parcel ORDER BY id')
        for (let id = 1; id <= 6; id++)
          await world.pool.query('SELECT text FROM label WHERE parcel_id = $1', [id])
      }),
  },
  {
    name: 'a report that counts rows of each status, after a page of rows with statuses',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: (seeder) =>
      seeder.table(
        'shipment',
        'id int, status_id int',
        seeder.random.shuffled(numbered(40)).map(([id, , level]) => [id, level]),
      ),
    run: (world) =>
      world.unit('count by status', async () => {
        await world.pool.query('SELECT id, status_id FROM shipment')
        for (const status of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
          await world.pool.query('SELECT count(*) FROM shipment WHERE status_id = $1', [status])
        }
      }),
  },
  {
    name: 'the same six constants in one place, in thirty requests',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: (seeder) => seeder.table('lookup', columns, numbered(20)),
    run: async (world) => {
      for (let request = 0; request < 30; request++) {
        await world.unit('GET /home', async () => {
          await Promise.all(
            [4, 2, 9, 1, 7, 3].map((id) => world.pool.query('SELECT name FROM lookup WHERE id = $1', [id])),
          )
        })
      }
    },
  },
  {
    name: 'statuses of HTTP, one query each from a list in the code, after rows that have them all',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: async (seeder) => {
      const codes = [200, 201, 301, 404, 500, 503]
      await seeder.table(
        'access_log',
        'id int, code int',
        numbered(48).map(([id], i) => [id, codes[i % 6]]),
      )
      await seeder.table(
        'http_text',
        'code int, text text',
        codes.map((code) => [code, 'text']),
      )
    },
    run: (world) =>
      world.unit('status texts', async () => {
        await world.pool.query('SELECT id, code FROM access_log')
        for (const code of [200, 201, 301, 404, 500, 503]) {
          await world.pool.query('SELECT text FROM http_text WHERE code = $1', [code])
        }
      }),
  },
  {
    name: 'priorities 1 to 5 counted by a list in the code, after rows that have them in turn',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: async (seeder) => {
      await seeder.table(
        'issue',
        'id int, priority_id int',
        numbered(40).map(([id], i) => [id, 1 + (i % 5)]),
      )
      await seeder.table('priority', columns, numbered(5))
    },
    run: (world) =>
      world.unit('priorities', async () => {
        await world.pool.query('SELECT id, priority_id FROM issue ORDER BY id')
        for (const id of [1, 2, 3, 4, 5])
          await world.pool.query('SELECT name FROM priority WHERE id = $1', [id])
      }),
  },
  {
    name: 'countries of a list in the code, after orders that have them',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: (seeder) => {
      const countries = ['AT', 'BE', 'CH', 'DE', 'ES', 'FR']
      return seeder.table(
        'shop_order',
        'id int, country_code text',
        numbered(36).map(([id], i) => [id, countries[i % 6]]),
      )
    },
    run: (world) =>
      world.unit('countries', async () => {
        await world.pool.query('SELECT id, country_code FROM shop_order ORDER BY id')
        for (const country of ['AT', 'BE', 'CH', 'DE', 'ES', 'FR']) {
          await world.pool.query('SELECT count(*) FROM shop_order WHERE country_code = $1', [country])
        }
      }),
  },
  {
    name: 'the last seven days, one query each, after rows with days',
    expected: [],
    isCoincidence: true,
    isFixedSize: true,
    seed: (seeder) =>
      seeder.table(
        'sale',
        'id int, sold_on date',
        numbered(30).map(([id], i) => [id, `2026-05-${10 + (i % 10)}`]),
      ),
    run: (world) =>
      world.unit('last seven days', async () => {
        await world.pool.query('SELECT id, sold_on FROM sale')
        for (let day = 10; day < 17; day++) {
          await world.pool.query('SELECT count(*) FROM sale WHERE sold_on = $1', [`2026-05-${day}`])
        }
      }),
  },
]
