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

/** Makes a database before the tests of this file, runs `schema` in it, and drops it after them. */
export function useTestDatabase(schema = ''): () => TestDatabase {
  let database: TestDatabase | undefined
  const server = new URL(inject('postgres'))

  beforeAll(async () => {
    const name = `test_${randomBytes(6).toString('hex')}`
    await asAdministrator(server, `CREATE DATABASE ${name}`)
    const url = new URL(server)
    url.pathname = `/${name}`
    if (schema !== '') await asAdministrator(url, schema)
    database = {
      connectionString: url.href,
      name,
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
      password: url.password,
    }
  })

  afterAll(async () => {
    if (database) await asAdministrator(server, `DROP DATABASE ${database.name} WITH (FORCE)`)
  })

  return () => {
    if (database === undefined) throw new Error('the test database exists only while tests run')
    return database
  }
}

async function asAdministrator(server: URL, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.href })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
