import { Kysely, Migrator, PostgresDialect, sql } from 'kysely'
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm'
import type { Scenario } from '../../scenario.js'

const alone = { isFixedSize: true, runsAlone: true } as const
const forbidden = [
  'n_plus_one',
  'write_loop',
  'autocommit_loop',
  'duplicate_query',
  'zero_row_write',
] as const
const steps = Array.from({ length: 12 }, (_, i) => `m${String(i).padStart(3, '0')}`)
const dropAll = (prefix: string) =>
  `DROP TABLE IF EXISTS ${steps.map((step) => `${prefix}_${step}`).join(', ')} CASCADE;`

/** A migration as TypeORM has them: a class with a time at the end of its name. */
function typeormMigration(step: string, at: number): new () => MigrationInterface {
  const name = `Step${step}${1_700_000_000_000 + at}`
  return class {
    readonly name = name
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`CREATE TABLE tom_${step} (id int PRIMARY KEY)`)
    }
    async down(): Promise<void> {}
  }
}

/** Migrations by several tools, partitions, looking around in the catalogue, connections being set up. */
export const setups: readonly Scenario[] = [
  {
    name: 'strangers: twelve migrations in the way of node-pg-migrate',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) => seeder.run(`${dropAll('npm')} DROP TABLE IF EXISTS pgmigrations`),
    run: (world) =>
      world.unit('migrate', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('SELECT pg_try_advisory_lock(7241865325823964) AS lock')
          const table = await client.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'pgmigrations'",
          )
          if (table.rows.length === 0) {
            await client.query(
              'CREATE TABLE "public"."pgmigrations" (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)',
            )
          }
          await client.query('SELECT name FROM "public"."pgmigrations" ORDER BY run_on, id')
          for (const step of steps) {
            await client.query('BEGIN;')
            await client.query(`CREATE TABLE "npm_${step}" ("id" serial PRIMARY KEY, "title" text);`)
            await client.query(
              `INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('${step}', NOW());`,
            )
            await client.query('COMMIT;')
          }
          await client.query('SELECT pg_advisory_unlock(7241865325823964)')
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'strangers: twelve migrations in the way of drizzle-kit, in one transaction',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) => seeder.run(`${dropAll('drz')} DROP SCHEMA IF EXISTS drizzle CASCADE`),
    run: (world) =>
      world.unit('migrate', async () => {
        const { pool } = world
        await pool.query('CREATE SCHEMA IF NOT EXISTS "drizzle"')
        await pool.query(
          'CREATE TABLE IF NOT EXISTS "drizzle"."__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)',
        )
        await pool.query(
          'select id, hash, created_at from "drizzle"."__drizzle_migrations" order by created_at desc limit 1',
        )
        const client = await pool.connect()
        await client.query('begin')
        for (const [i, step] of steps.entries()) {
          await client.query(`CREATE TABLE "drz_${step}" ("id" serial PRIMARY KEY NOT NULL);`)
          await client.query(`CREATE INDEX "drz_${step}_idx" ON "drz_${step}" ("id");`)
          await client.query(
            `insert into "drizzle"."__drizzle_migrations" ("hash", "created_at") values('${step}', ${i})`,
          )
        }
        await client.query('commit')
        client.release()
      }),
  },
  {
    name: 'strangers: twelve migrations by Knex',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) =>
      seeder.run(`${dropAll('knx')} DROP TABLE IF EXISTS knex_steps, knex_steps_lock CASCADE`),
    run: async (world) => {
      const { db } = await world.libraries.knex()
      await world.unit('migrate', async () => {
        await db.migrate.latest({
          tableName: 'knex_steps',
          migrationSource: {
            getMigrations: async () => steps,
            getMigrationName: (step: string) => step,
            getMigration: async (step: string) => ({
              up: (knex) =>
                knex.schema.createTable(`knx_${step}`, (table) => {
                  table.increments('id')
                  table.string('title').index()
                }),
              down: (knex) => knex.schema.dropTable(`knx_${step}`),
            }),
          },
        })
      })
    },
  },
  {
    name: 'strangers: twelve migrations by Kysely',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) =>
      seeder.run(`${dropAll('kys')} DROP TABLE IF EXISTS kysely_migration, kysely_migration_lock CASCADE`),
    run: (world) =>
      world.unit('migrate', async () => {
        const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: world.pool }) })
        const migrations = Object.fromEntries(
          steps.map((step) => [
            step,
            {
              up: (db: Kysely<unknown>) =>
                sql
                  .raw(`CREATE TABLE kys_${step} (id int)`)
                  .execute(db)
                  .then(() => {}),
            },
          ]),
        )
        const { error } = await new Migrator({
          db,
          provider: { getMigrations: async () => migrations },
        }).migrateToLatest()
        if (error !== undefined) throw error
      }),
  },
  {
    name: 'strangers: twelve migrations by TypeORM',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) =>
      seeder.run(`${dropAll('tom')} DROP TABLE IF EXISTS migrations, typeorm_metadata CASCADE`),
    run: (world) =>
      world.unit('migrate', async () => {
        const source = new DataSource({
          type: 'postgres',
          url: world.connectionString,
          migrations: steps.map(typeormMigration),
        })
        await source.initialize()
        await source.runMigrations({ transaction: 'each' })
        await source.destroy()
      }),
  },
  {
    name: 'strangers: partitions for the next twelve months',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) =>
      seeder.run(
        'DROP TABLE IF EXISTS metric CASCADE; CREATE TABLE metric (at date NOT NULL, value int) PARTITION BY RANGE (at)',
      ),
    run: (world) =>
      world.unit('partitions', async () => {
        for (let month = 0; month < 12; month++) {
          const day = (m: number) => new Date(Date.UTC(2026, m, 1)).toISOString().slice(0, 10)
          await world.pool.query(
            `CREATE TABLE IF NOT EXISTS metric_${month} PARTITION OF metric FOR VALUES FROM ('${day(month)}') TO ('${day(month + 1)}')`,
          )
        }
      }),
  },
  {
    name: 'strangers: columns of each table, asked of the information schema',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('introspect', async () => {
        const { rows } = await world.pool.query(
          "SELECT table_name FROM information_schema.tables WHERE table_schema = 'pg_catalog' ORDER BY table_name LIMIT 12",
        )
        for (const { table_name } of rows) {
          await world.pool.query(
            `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2`,
            ['pg_catalog', table_name],
          )
        }
      }),
  },
  {
    name: 'strangers: oids of six types, before the first vector is read',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('register types', async () => {
        for (const type of ['vector', 'halfvec', 'sparsevec', 'hstore', 'geometry', 'citext', 'ltree']) {
          await world.pool.query('SELECT typname, oid, typarray FROM pg_type WHERE typname = $1', [type])
        }
      }),
  },
  {
    name: 'strangers: every new connection gets its settings',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'autocommit_loop'],
    needs: ({ variant }) => variant.driver === 'pg',
    run: async (world) => {
      const pool = world.anotherPool({ max: 6 })
      pool.on('connect', (client) => {
        client.query("SET statement_timeout = '30s'").catch(() => {})
        client.query('SET search_path TO public').catch(() => {})
      })
      await world.unit('warm', async () => {
        const clients = await Promise.all(Array.from({ length: 6 }, () => pool.connect()))
        for (const client of clients) {
          await client.query('SELECT 1')
          client.release()
        }
      })
      await pool.end()
    },
  },
  {
    name: 'strangers: nine materialized views refreshed, one after the other',
    ...alone,
    expected: [],
    forbidden,
    seed: (seeder) =>
      seeder.run(
        Array.from(
          { length: 9 },
          (_, i) =>
            `DROP MATERIALIZED VIEW IF EXISTS report_${i}; CREATE MATERIALIZED VIEW report_${i} AS SELECT ${i} AS n;`,
        ).join(''),
      ),
    run: (world) =>
      world.unit('refresh', async () => {
        const { rows } = await world.pool.query(
          "SELECT matviewname FROM pg_matviews WHERE matviewname LIKE 'report%'",
        )
        for (const { matviewname } of rows)
          await world.pool.query(`REFRESH MATERIALIZED VIEW "${matviewname}"`)
      }),
  },
  {
    name: 'strangers: a health check that pings thirty times',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one', 'autocommit_loop'],
    run: (world) =>
      world.unit('readiness', async () => {
        for (let i = 0; i < 30; i++) await world.pool.query('SELECT 1 AS ok')
      }),
  },
  {
    name: 'strangers: ten numbers of a sequence, one at a time',
    isFixedSize: true,
    expected: [],
    forbidden: ['duplicate_query', 'n_plus_one'],
    seed: (seeder) => seeder.run('DROP SEQUENCE IF EXISTS receipt_no; CREATE SEQUENCE receipt_no'),
    run: (world) =>
      world.unit('numbers', async () => {
        for (let i = 0; i < 10; i++) await world.pool.query("SELECT nextval('receipt_no')")
      }),
  },
]
