import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'

/** A database of this test file's own, dropped at its end. */
export interface TestDatabase {
  readonly connectionString: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** A {@link TestDatabase} that somebody drops. */
export interface DroppableDatabase extends TestDatabase {
  drop(): Promise<void>
}

/** Makes a database and runs `schema` in it. */
export async function makeTestDatabase(schema = ''): Promise<DroppableDatabase> {
  const server = new URL(inject('postgres'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdministrator(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  if (schema !== '') await asAdministrator(url, schema)
  return {
    connectionString: url.href,
    name,
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: url.password,
    drop: () => asAdministrator(server, dropWhenUnused(name)),
  }
}

/** Makes a database before the tests of this file, runs `schema` in it, and drops it after them. */
export function useTestDatabase(schema = ''): () => TestDatabase {
  let database: DroppableDatabase | undefined

  beforeAll(async () => {
    database = await makeTestDatabase(schema)
  })

  afterAll(() => database?.drop())

  return () => {
    if (database === undefined) throw new Error('the test database exists only while tests run')
    return database
  }
}

/**
 * A pool has ended before its connections are closed; one that is cut off in between would end the test process with
 * an error that nobody listens to. After two seconds they have had their time.
 */
function dropWhenUnused(name: string): string[] {
  const wait = `DO $$ BEGIN
    FOR i IN 1..100 LOOP
      EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${name}');
      PERFORM pg_stat_clear_snapshot(), pg_sleep(0.02);
    END LOOP;
  END $$`
  return [wait, `DROP DATABASE ${name} WITH (FORCE)`]
}

async function asAdministrator(server: URL, sql: string | readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.href })
  await client.connect()
  try {
    for (const statement of [sql].flat()) await client.query(statement)
  } finally {
    await client.end()
  }
}
