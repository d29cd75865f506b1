import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'
import { postgresFolder } from './binaries.js'
import type { postgresBinaries } from './cells.js'

const schema = `
CREATE TABLE entry (id int PRIMARY KEY);
CREATE TABLE author (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE book (id bigint PRIMARY KEY, author_id bigint NOT NULL);
INSERT INTO author SELECT n * 1000003, 'author ' || n FROM generate_series(1, 12) AS n;
INSERT INTO book SELECT n, n * 1000003 FROM generate_series(1, 12) AS n;`

/** The PostgreSQL servers of a run: each is started when the first cell asks for it. */
export class Servers {
  readonly #started: Map<number, Promise<{ connectionString: string; stop?: () => Promise<void> }>> =
    new Map()

  /** @param ofAllTests the connection string of the server that all tests use */
  constructor(ofAllTests: string) {
    this.#started.set(18, Promise.resolve({ connectionString: ofAllTests }))
  }

  /** Makes a database with the tables of the contract. */
  async database(major: keyof typeof postgresBinaries): Promise<URL> {
    let server = this.#started.get(major)
    if (server === undefined) {
      server = postgresFolder(major).then((binaries) => startEmbeddedPostgres({ binaries }))
      this.#started.set(major, server)
    }
    const url = new URL((await server).connectionString)
    const name = `matrix_${randomBytes(6).toString('hex')}`
    await execute(url, `CREATE DATABASE ${name}`)
    url.pathname = `/${name}`
    await execute(url, schema)
    return url
  }

  async drop(database: URL): Promise<void> {
    const url = new URL(database)
    url.pathname = '/postgres'
    await execute(url, `DROP DATABASE ${database.pathname.slice(1)} WITH (FORCE)`)
  }

  async stop(): Promise<void> {
    for (const server of this.#started.values()) {
      // One that did not start has failed its cells.
      const started = await server.catch(() => undefined)
      await started?.stop?.()
    }
  }
}

async function execute(url: URL, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
