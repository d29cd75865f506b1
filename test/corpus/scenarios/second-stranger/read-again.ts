import type { Scenario } from '../../scenario.js'
import { alone, repetitions, rowsOf } from './rows-of.js'

/** What is read or written again for a reason. */
export const readAgain: readonly Scenario[] = [
  {
    name: 'second stranger: stock with a version is tried until nobody was faster',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) =>
      seeder.table('bin_stock', 'bin text PRIMARY KEY, amount int, version int', [['A1', 50, 1]]),
    run: (world) =>
      world.unit('second POST /picks', async () => {
        for (let attempt = 0; attempt < 5; attempt++) {
          const [bin] = await rowsOf(world, 'SELECT amount, version FROM bin_stock WHERE bin = $1', ['A1'])
          if (attempt < 3)
            await world.behindTheScenes("UPDATE bin_stock SET version = version + 1 WHERE bin = 'A1'")
          const { rowCount } = await world.pool.query(
            'UPDATE bin_stock SET amount = $1, version = version + 1 WHERE bin = $2 AND version = $3',
            [bin.amount - 1, 'A1', bin.version],
          )
          if (rowCount === 1) return
        }
      }),
  },
  {
    name: 'second stranger: a transfer starts again after a serialization failure',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) =>
      seeder.table('purse', 'owner text PRIMARY KEY, cents int', [
        ['ada', 500],
        ['bob', 0],
      ]),
    run: (world) =>
      world.unit('second POST /transfers', async () => {
        for (let attempt = 0; attempt < 4; attempt++) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
            await client.query('SELECT cents FROM purse WHERE owner = $1', ['ada'])
            await client.query('SELECT cents FROM purse WHERE owner = $1', ['bob'])
            if (attempt < 3)
              await world.behindTheScenes("UPDATE purse SET cents = cents + 1 WHERE owner = 'ada'")
            await client.query('UPDATE purse SET cents = cents - 100 WHERE owner = $1', ['ada'])
            await client.query('UPDATE purse SET cents = cents + 100 WHERE owner = $1', ['bob'])
            await client.query('COMMIT')
            return
          } catch {
            await client.query('ROLLBACK')
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'second stranger: a balance that a trigger keeps is read after each booking',
    ...alone,
    expected: [],
    // To be forbidden: a known mistake, its rows come from a table that was written in between.
    forbidden: ['n_plus_one', 'write_loop', 'autocommit_loop'],
    tolerated: ['duplicate_query'],
    seed: async (seeder) => {
      await seeder.table('kept_balance', 'account text PRIMARY KEY, cents int', [['ada', 0]])
      await seeder.table('booking', 'account text, cents int')
      await seeder.run(`CREATE OR REPLACE FUNCTION keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE kept_balance SET cents = cents + NEW.cents WHERE account = NEW.account; RETURN NEW; END $$;
        CREATE TRIGGER keep AFTER INSERT ON booking FOR EACH ROW EXECUTE FUNCTION keep_balance()`)
    },
    run: (world) =>
      world.unit('second POST /bookings', async () => {
        for (const cents of [100, 250, -30, 75]) {
          await world.pool.query('INSERT INTO booking (account, cents) VALUES ($1, $2)', ['ada', cents])
          const [{ cents: balance }] = await rowsOf(
            world,
            'SELECT cents FROM kept_balance WHERE account = $1',
            ['ada'],
          )
          if (balance < 0) throw new Error('overdrawn')
        }
      }),
  },
  {
    name: 'second stranger: a view’s total is read after each seat is taken',
    ...alone,
    expected: [],
    // To be forbidden: a known mistake, its rows come from a table that was written in between.
    forbidden: ['n_plus_one', 'write_loop', 'autocommit_loop'],
    tolerated: ['duplicate_query'],
    seed: async (seeder) => {
      await seeder.table('seat_taken', 'show text, seat int')
      await seeder.run(
        'CREATE OR REPLACE VIEW show_load AS SELECT show, count(*) AS taken FROM seat_taken GROUP BY show',
      )
    },
    run: (world) =>
      world.unit('second POST /seats', async () => {
        for (const seat of [4, 5, 6, 7]) {
          const [load] = await rowsOf(world, 'SELECT taken FROM show_load WHERE show = $1', ['Aida'])
          if (Number(load?.taken ?? 0) > 100) return
          await world.pool.query('INSERT INTO seat_taken VALUES ($1, $2)', ['Aida', seat])
        }
      }),
  },
  {
    name: 'second stranger: subscriptions are renewed, each locked and in a transaction of its own',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: async (seeder) => {
      const ids = seeder.ids(12, 'sub')
      await seeder.table(
        'renewal',
        'id ID PRIMARY KEY, due date, plan text',
        ids.map((id) => [id, '2024-01-01', 'pro']),
      )
      await seeder.table('renewal_bill', 'renewal_id ID, cents int')
    },
    run: (world) =>
      world.unit('second renew subscriptions', async () => {
        for (;;) {
          const client = await world.pool.connect()
          try {
            await client.query('BEGIN')
            const { rows } = await client.query(
              'SELECT id FROM renewal WHERE due < $1 ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED',
              ['2024-02-01'],
            )
            if (rows[0] !== undefined) {
              await client.query('UPDATE renewal SET due = $2 WHERE id = $1', [rows[0].id, '2025-01-01'])
              await client.query('INSERT INTO renewal_bill VALUES ($1, $2)', [rows[0].id, 900])
            }
            await client.query('COMMIT')
            if (rows[0] === undefined) return
          } finally {
            client.release()
          }
        }
      }),
  },
  {
    name: 'second stranger: a newsletter notes each mail once it is sent',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: async (seeder) => {
      const ids = seeder.ids(12, 'rcp')
      await seeder.table(
        'recipient',
        'id ID PRIMARY KEY, sent_at timestamptz',
        ids.map((id) => [id, null]),
      )
    },
    run: (world) =>
      world.unit('second send newsletter', async () => {
        for (const { id } of await rowsOf(world, 'SELECT id FROM recipient WHERE sent_at IS NULL')) {
          await world.sleep(12)
          await world.pool.query('UPDATE recipient SET sent_at = now() WHERE id = $1', [id])
        }
      }),
  },
  {
    name: 'second stranger: readings are saved by the hundred',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) => seeder.table('telemetry', 'sensor text, value float8'),
    run: (world) =>
      world.unit('second import telemetry', async () => {
        for (let chunk = 0; chunk < 12; chunk++) {
          const sensors = Array.from({ length: 100 }, (_, i) => `s${i}`)
          await world.pool.query('INSERT INTO telemetry SELECT * FROM unnest($1::text[], $2::float8[])', [
            sensors,
            sensors.map((_, i) => chunk + i / 10),
          ])
        }
      }),
  },
  {
    name: 'second stranger: twelve requests take a token of a rate limiter',
    ...alone,
    expected: [],
    forbidden: repetitions,
    seed: (seeder) => seeder.table('rate_bucket', 'key text PRIMARY KEY, tokens int', [['ada', 40]]),
    run: async (world) => {
      for (let i = 0; i < 12; i++) {
        await world.unit('second GET /limited', () =>
          rowsOf(
            world,
            'UPDATE rate_bucket SET tokens = tokens - 1 WHERE key = $1 AND tokens > 0 RETURNING tokens',
            ['ada'],
          ),
        )
      }
    },
  },
]
