import knex from 'knex'
import pg from 'pg'
import type { Scenario } from '../scenario.js'

const clean = {
  expected: [],
  forbidden: ['n_plus_one', 'duplicate_query'],
  isFixedSize: true,
  runsAlone: true,
} as const

/** What happens before and around requests: migrations, schema readers, test suites; and one statement in many databases. */
export const setupsAndTenants: readonly Scenario[] = [
  {
    name: 'a reader of the schema, table by table',
    ...clean,
    run: (world) =>
      world.unit('introspection', async () => {
        const { rows } = await world.pool.query(
          "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
        )
        for (const { table_name } of rows) {
          await world.pool.query('SELECT * FROM information_schema.columns WHERE table_name = $1', [
            table_name,
          ])
          await world.pool.query('SELECT * FROM pg_indexes WHERE tablename = $1', [table_name])
        }
      }),
  },
  {
    name: 'migrations by hand: each looks whether it has run, and says so',
    ...clean,
    seed: (seeder) => seeder.run('DROP TABLE IF EXISTS schema_migrations, m0, m1, m2, m3, m4, m5, m6, m7'),
    run: (world) =>
      world.unit('migrate', async () => {
        const client = await world.pool.connect()
        await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY)')
        for (let n = 0; n < 8; n++) {
          const { rows } = await client.query('SELECT 1 FROM schema_migrations WHERE name = $1', [`${n}.sql`])
          if (rows.length > 0) continue
          await client.query('BEGIN')
          await client.query(`CREATE TABLE m${n} (id int)`)
          await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [`${n}.sql`])
          await client.query('COMMIT')
        }
        client.release()
      }),
  },
  {
    name: 'migrations of Knex',
    ...clean,
    seed: (seeder) =>
      seeder.run('DROP TABLE IF EXISTS knex_migrations, knex_migrations_lock, k0, k1, k2, k3, k4, k5, k6'),
    run: async (world) => {
      const db = knex({ client: 'pg', connection: world.connectionString, pool: { min: 0, max: 2 } })
      const names = Array.from({ length: 7 }, (_, n) => `k${n}`)
      await world.unit('knex migrate', () =>
        db.migrate.latest({
          migrationSource: {
            getMigrations: async () => names,
            getMigrationName: (name: string) => name,
            getMigration: async (name: string) => ({
              up: (trx) => trx.schema.createTable(name, (table) => table.increments()),
              down: (trx) => trx.schema.dropTable(name),
            }),
          },
        }),
      )
      await db.destroy()
    },
  },
  {
    name: 'two hundred tests of a suite, a unit of work each',
    ...clean,
    run: async (world) => {
      for (let n = 0; n < 60; n++) {
        await world.unit('a test', async () => {
          await world.pool.query('SELECT * FROM author WHERE id = $1', [world.bookshop.authors[n]])
        })
      }
    },
  },
  {
    name: 'before each test: tables emptied, rows made',
    ...clean,
    seed: (seeder) => seeder.table('made', 'id serial PRIMARY KEY, name text'),
    run: async (world) => {
      await world.unit('suite', async () => {
        for (let n = 0; n < 8; n++) {
          await world.pool.query('TRUNCATE made RESTART IDENTITY')
          await world.pool.query("INSERT INTO made (name) VALUES ('one'), ('two')")
          await world.pool.query('SELECT name FROM made WHERE id = $1', [1 + (n % 2)])
        }
      })
    },
  },
  {
    name: 'one statement in many databases',
    ...clean,
    seed: async (seeder) => {
      for (let n = 0; n < 6; n++) {
        await seeder.run(`DROP DATABASE IF EXISTS corpus_tenant_${n} WITH (FORCE)`)
        await seeder.run(`CREATE DATABASE corpus_tenant_${n} TEMPLATE template0`)
      }
    },
    // Databases are made by a statement of their own, which takes a while.
    isSlow: true,
    run: async (world) => {
      await world.unit('all tenants', async () => {
        for (let n = 0; n < 6; n++) {
          const url = new URL(world.connectionString)
          url.pathname = `/corpus_tenant_${n}`
          const client = new pg.Client({ connectionString: url.href })
          await client.connect()
          await client.query('SELECT count(*) FROM pg_class WHERE relnamespace = $1', [2200 + n])
          await client.query('SELECT $1::int AS tenant WHERE 1 = $2', [n, n])
          await client.end()
        }
      })
      for (let n = 0; n < 6; n++) await world.behindTheScenes(`DROP DATABASE corpus_tenant_${n} WITH (FORCE)`)
    },
  },
  {
    name: 'one statement in many schemas, by the search path',
    ...clean,
    seed: async (seeder) => {
      for (let n = 0; n < 7; n++) {
        await seeder.run(`DROP SCHEMA IF EXISTS tenant_${n} CASCADE; CREATE SCHEMA tenant_${n}`)
        await seeder.run(`CREATE TABLE tenant_${n}.setting (name text, value int)`)
      }
    },
    run: (world) =>
      world.unit('all schemas', async () => {
        const client = await world.pool.connect()
        for (let n = 0; n < 7; n++) {
          await client.query(`SET search_path TO tenant_${n}, public`)
          await client.query("SELECT value FROM setting WHERE name = 'plan'")
        }
        await client.query('RESET search_path')
        client.release()
      }),
  },
  {
    name: 'a replica and its primary are asked the same',
    ...clean,
    run: async (world) => {
      const replica = world.anotherPool({ application_name: 'replica' })
      await world.unit('lag check', async () => {
        const [id] = world.bookshop.books
        for (const pool of [replica, world.pool])
          await pool.query('SELECT price FROM book WHERE id = $1', [id])
      })
      await replica.end()
    },
  },
]
