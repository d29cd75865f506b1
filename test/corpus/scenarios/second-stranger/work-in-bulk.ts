import type { Scenario } from '../../scenario.js'
import { alone, fixed, rowsOf } from './rows-of.js'

const twelve = Array.from({ length: 12 }, (_, i) => i)

/** Imports, postings and nightly work that go row for row, and questions that are asked again. */
export const workInBulk: readonly Scenario[] = [
  {
    name: 'second stranger: a ledger’s entries, two for each transfer, in one transaction',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'ledger_entry' }],
    seed: (seeder) => seeder.table('ledger_entry', 'transfer text, account text, cents bigint'),
    run: (world) =>
      world.unit('second POST /transfers/batch', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN')
          for (const i of twelve) {
            const insert = 'INSERT INTO ledger_entry (transfer, account, cents) VALUES ($1, $2, $3)'
            await client.query(insert, [`t${i}`, `debit-${i}`, -100 * i])
            await client.query(insert, [`t${i}`, `credit-${i}`, 100 * i])
          }
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'second stranger: a gateway’s forty readings, each saved by itself',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'sensor_value' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) => seeder.table('sensor_value', 'sensor text, at timestamptz, value float8'),
    run: (world) =>
      world.unit('second mqtt readings', async () => {
        const at = new Date()
        for (let i = 0; i < 40; i++) {
          await world.pool.query('INSERT INTO sensor_value VALUES ($1, $2, $3)', [`s-${i % 8}`, at, i / 7])
        }
      }),
  },
  {
    name: 'second stranger: a post is put into each follower’s feed',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'feed_entry' }],
    tolerated: ['autocommit_loop'],
    seed: async (seeder) => {
      const followers = seeder.ids(15, 'fol')
      await seeder.table(
        'follower',
        'author text, follower_id ID',
        followers.map((id) => ['grace', id]),
      )
      await seeder.table('feed_entry', 'follower_id ID, post text')
    },
    run: (world) =>
      world.unit('second publish', async () => {
        const followers = await rowsOf(world, 'SELECT follower_id FROM follower WHERE author = $1', ['grace'])
        await Promise.all(
          followers.map(({ follower_id: follower }) =>
            world.pool.query('INSERT INTO feed_entry (follower_id, post) VALUES ($1, $2)', [follower, 'p1']),
          ),
        )
      }),
  },
  {
    name: 'second stranger: stock is reserved part for part',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'part_stock' }],
    seed: (seeder) =>
      seeder.table(
        'part_stock',
        'sku text PRIMARY KEY, reserved int',
        twelve.map((i) => [`SKU${i}`, 0]),
      ),
    run: (world) =>
      world.unit('second POST /assembly', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN')
          for (const i of twelve) {
            const { rowCount } = await client.query(
              'UPDATE part_stock SET reserved = reserved + $2 WHERE sku = $1',
              [`SKU${i}`, 1 + (i % 3)],
            )
            if (rowCount === 0) throw new Error('unknown part')
          }
          await client.query('COMMIT')
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'second stranger: last night’s sums, account for account',
    ...alone,
    expected: [
      { kind: 'n_plus_one', on: 'usage_record', column: 'billing_account.id' },
      { kind: 'write_loop', on: 'usage_summary' },
    ],
    tolerated: ['autocommit_loop'],
    seed: async (seeder) => {
      const ids = seeder.ids(14, 'acc')
      await seeder.table(
        'billing_account',
        'id ID PRIMARY KEY, plan text',
        ids.map((id) => [id, 'pro']),
      )
      await seeder.table(
        'usage_record',
        'account_id ID, day date, calls int',
        ids.flatMap((id, i) => [1, 2].map((k) => [id, '2024-06-01', 100_000 + i * 31 * k])),
      )
      await seeder.table(
        'usage_summary',
        'account_id ID, day date, calls bigint, PRIMARY KEY (account_id, day)',
      )
    },
    run: (world) =>
      world.unit('second nightly usage', async () => {
        for (const { id } of await rowsOf(world, 'SELECT id FROM billing_account WHERE plan = $1', ['pro'])) {
          const [{ calls }] = await rowsOf(
            world,
            'SELECT sum(calls) AS calls FROM usage_record WHERE account_id = $1 AND day = $2',
            [id, '2024-06-01'],
          )
          await world.pool.query(
            'INSERT INTO usage_summary VALUES ($1, $2, $3) ON CONFLICT (account_id, day) DO UPDATE SET calls = excluded.calls',
            [id, '2024-06-01', calls],
          )
        }
      }),
  },
  {
    name: 'second stranger: each line of an uploaded file is checked for its supplier',
    ...fixed,
    expected: [{ kind: 'n_plus_one', on: 'supplier', tiers: ['strong'], column: null }],
    seed: (seeder) =>
      seeder.table(
        'supplier',
        'code text PRIMARY KEY, name text',
        twelve.map((i) => [`S-${i * 17}`, 'x']),
      ),
    run: (world) =>
      world.unit('second POST /imports', async () => {
        const file = twelve.map((i) => `S-${i * 17};Bolt M${i};${i * 3}`).join('\n')
        for (const line of file.split('\n')) {
          const [code] = line.split(';')
          const found = await rowsOf(world, 'SELECT name FROM supplier WHERE code = $1', [code])
          if (found.length === 0) throw new Error(`unknown supplier ${code}`)
        }
      }),
  },
  {
    name: 'second stranger: the same three tax rates for twelve lines of an invoice',
    ...fixed,
    expected: [{ kind: 'duplicate_query', on: 'tax_rate' }],
    seed: async (seeder) => {
      await seeder.table(
        'tax_rate',
        'country text, category text, percent int',
        ['food', 'book', 'tool'].map((category, i) => ['AT', category, 10 + i]),
      )
      await seeder.table(
        'bill_line',
        'bill text, line int, category text',
        twelve.map((i) => ['B1', i, ['food', 'book', 'tool'][i % 3]]),
      )
    },
    run: (world) =>
      world.unit('second GET /bills/:id', async () => {
        const lines = await rowsOf(world, 'SELECT line, category FROM bill_line WHERE bill = $1', ['B1'])
        for (const { category } of lines) {
          await rowsOf(world, 'SELECT percent FROM tax_rate WHERE country = $1 AND category = $2', [
            'AT',
            category,
          ])
        }
      }),
  },
  {
    name: 'second stranger: a feature flag is asked for by five functions',
    ...fixed,
    expected: [{ kind: 'duplicate_query', on: 'flag_setting' }],
    seed: (seeder) =>
      seeder.table('flag_setting', 'name text, tenant text, is_on bool', [['new-cart', 'acme', true]]),
    run: (world) =>
      world.unit('second GET /cart', async () => {
        const isOn = async (name: string) =>
          (
            await rowsOf(world, 'SELECT is_on FROM flag_setting WHERE name = $1 AND tenant = $2', [
              name,
              'acme',
            ])
          )[0]?.is_on
        const header = async () => ((await isOn('new-cart')) ? 'new' : 'old')
        const lines = async () => ((await isOn('new-cart')) ? [1] : [])
        for (const part of [header, lines, header, lines, header]) await part()
      }),
  },
  {
    name: 'second stranger: four slow figures of a dashboard, one after the other',
    ...alone,
    expected: [{ kind: 'sequential_independent' }],
    // The end of a trace that no span processor follows is not known.
    needs: ({ variant }) => variant.unit !== 'trace',
    seed: (seeder) =>
      seeder.table(
        'turnover',
        'month int, cents int',
        twelve.map((i) => [i, i * 100]),
      ),
    run: (world) =>
      world.unit('second GET /dashboard', async () => {
        await rowsOf(world, 'SELECT sum(cents), pg_sleep(0.07) FROM turnover')
        await rowsOf(world, 'SELECT max(cents), pg_sleep(0.07) FROM turnover')
        await rowsOf(world, 'SELECT count(*), pg_sleep(0.07) FROM turnover WHERE month > $1', [3])
        await rowsOf(world, 'SELECT avg(cents), pg_sleep(0.07) FROM turnover WHERE month < $1', [6])
      }),
  },
]
