import type { Scenario } from '../../scenario.js'
import { alone, fixed, repetitions, rowsOf } from './rows-of.js'

/** Reads that are made as they should be, or could not be made otherwise. */
export const asItShouldBe: readonly Scenario[] = [
  {
    name: 'second stranger: one table for each tenant’s schema is summed up',
    ...fixed,
    expected: [],
    forbidden: repetitions,
    seed: async (seeder) => {
      for (let i = 0; i < 8; i++) {
        await seeder.run(`CREATE SCHEMA IF NOT EXISTS clinic_${i}`)
        await seeder.table(`clinic_${i}.visit`, 'at date, minutes int', [['2024-01-01', i]])
      }
      await seeder.table(
        'clinic_registry',
        'schema_name text',
        Array.from({ length: 8 }, (_, i) => [`clinic_${i}`]),
      )
    },
    run: (world) =>
      world.unit('second nightly visits', async () => {
        for (const { schema_name: schema } of await rowsOf(
          world,
          'SELECT schema_name FROM clinic_registry',
        )) {
          await rowsOf(world, `SELECT sum(minutes) FROM ${schema}.visit WHERE at >= $1`, ['2024-01-01'])
        }
      }),
  },
  {
    name: 'second stranger: six facets of a search at once',
    ...fixed,
    expected: [],
    forbidden: [...repetitions, 'sequential_independent'],
    seed: (seeder) =>
      seeder.table(
        'flat_listing',
        'city text, rooms int, price int, has_lift bool, heating text, year int',
        Array.from({ length: 60 }, (_, i) => ['Graz', i % 5, 500 + i, i % 2 > 0, `h${i % 3}`, 1950 + i]),
      ),
    run: (world) =>
      world.unit('second GET /search', () =>
        Promise.all(
          ['rooms', 'price / 100', 'has_lift', 'heating', 'year / 10', 'city'].map((facet) =>
            rowsOf(world, `SELECT ${facet} AS v, count(*) FROM flat_listing WHERE city = $1 GROUP BY 1`, [
              'Graz',
            ]),
          ),
        ),
      ),
  },
  {
    name: 'second stranger: a coupon is checked in five ways',
    ...fixed,
    expected: [],
    forbidden: [...repetitions, 'sequential_independent'],
    seed: async (seeder) => {
      await seeder.table('coupon', 'code text, ends date, uses int', [['MAY', '2030-01-01', 5]])
      await seeder.table('coupon_use', 'code text, login text')
      await seeder.table('coupon_country', 'code text, country text', [['MAY', 'AT']])
      await seeder.table('blocked_login', 'login text')
    },
    run: (world) =>
      world.unit('second POST /coupons/check', async () => {
        await rowsOf(world, 'SELECT ends, uses FROM coupon WHERE code = $1', ['MAY'])
        await rowsOf(world, 'SELECT count(*) FROM coupon_use WHERE code = $1', ['MAY'])
        await rowsOf(world, 'SELECT 1 FROM coupon_use WHERE code = $1 AND login = $2', ['MAY', 'ada'])
        await rowsOf(world, 'SELECT country FROM coupon_country WHERE code = $1', ['MAY'])
        await rowsOf(world, 'SELECT 1 FROM blocked_login WHERE login = $1', ['ada'])
      }),
  },
  {
    name: 'second stranger: four winners are drawn, each by a statement of its own',
    ...fixed,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) =>
      seeder.table(
        'raffle_ticket',
        'number int',
        Array.from({ length: 90 }, (_, i) => [i]),
      ),
    run: (world) =>
      world.unit('second POST /raffle', async () => {
        for (let i = 0; i < 4; i++)
          await rowsOf(world, 'SELECT number FROM raffle_ticket ORDER BY random() LIMIT 1')
      }),
  },
  {
    name: 'second stranger: eight numbers of a sequence for eight invoices',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) => seeder.run('DROP SEQUENCE IF EXISTS invoice_no; CREATE SEQUENCE invoice_no'),
    run: (world) =>
      world.unit('second print invoices', async () => {
        for (let i = 0; i < 8; i++) await rowsOf(world, "SELECT nextval('invoice_no') AS no")
      }),
  },
  {
    name: 'second stranger: an export fetches from a cursor twelve times',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) =>
      seeder.table(
        'audit_trail',
        'at int, actor text',
        Array.from({ length: 240 }, (_, i) => [i, `u${i}`]),
      ),
    run: (world) =>
      world.unit('second export audit trail', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN')
          await client.query('DECLARE trail NO SCROLL CURSOR FOR SELECT * FROM audit_trail ORDER BY at')
          while ((await client.query('FETCH 20 FROM trail')).rows.length > 0);
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'second stranger: one slow question leads to the next',
    ...alone,
    expected: [],
    forbidden: [...repetitions, 'sequential_independent'],
    seed: async (seeder) => {
      await seeder.table('region', 'code text, depot text', [['south', 'D7']])
      await seeder.table('depot_truck', 'depot text, plate text', [['D7', 'G-123-XY']])
      await seeder.table('truck_driver', 'plate text, driver text', [['G-123-XY', 'Eva']])
    },
    run: (world) =>
      world.unit('second GET /driver', async () => {
        const [{ depot }] = await rowsOf(world, 'SELECT depot, pg_sleep(0.07) FROM region WHERE code = $1', [
          'south',
        ])
        const truck = 'SELECT plate, pg_sleep(0.07) FROM depot_truck WHERE depot = $1'
        const [{ plate }] = await rowsOf(world, truck, [depot])
        await rowsOf(world, 'SELECT driver, pg_sleep(0.07) FROM truck_driver WHERE plate = $1', [plate])
      }),
  },
  {
    name: 'second stranger: membership and quota are checked before anything is read',
    ...alone,
    expected: [],
    // To be forbidden: a known mistake, conditions between reads are not seen.
    tolerated: ['sequential_independent'],
    seed: async (seeder) => {
      await seeder.table('org_member', 'org text, login text', [['acme', 'ada']])
      await seeder.table('org_quota', 'org text, is_exceeded bool', [['acme', false]])
      await seeder.table('org_report', 'org text, body text', [['acme', 'x']])
    },
    run: (world) =>
      world.unit('second GET /orgs/:org/report', async () => {
        const member = 'SELECT pg_sleep(0.07) FROM org_member WHERE org = $1 AND login = $2'
        if ((await rowsOf(world, member, ['acme', 'ada'])).length === 0) throw new Error('403')
        const quota = 'SELECT is_exceeded, pg_sleep(0.07) FROM org_quota WHERE org = $1'
        if ((await rowsOf(world, quota, ['acme']))[0]?.is_exceeded) throw new Error('429')
        await rowsOf(world, 'SELECT body, pg_sleep(0.07) FROM org_report WHERE org = $1', ['acme'])
      }),
  },
  {
    name: 'second stranger: three slow figures in one repeatable-read transaction',
    ...alone,
    expected: [],
    forbidden: [...repetitions, 'sequential_independent'],
    seed: (seeder) =>
      seeder.table('cash_book', 'day int, cents int', [
        [1, 5],
        [2, 9],
      ]),
    run: (world) =>
      world.unit('second GET /balance-sheet', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
          await client.query('SELECT sum(cents), pg_sleep(0.07) FROM cash_book')
          await client.query('SELECT max(cents), pg_sleep(0.07) FROM cash_book')
          await client.query('SELECT count(*), pg_sleep(0.07) FROM cash_book WHERE day > $1', [1])
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      }),
  },
]
