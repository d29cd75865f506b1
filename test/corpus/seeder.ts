import type pg from 'pg'
import type { Random } from '../support/random.js'
import type { Id, Identifiers } from './identifiers.js'

/** Makes tables and rows for scenarios, unobserved. */
export class Seeder {
  /** The type of ids in SQL. */
  readonly idType: string
  readonly random: Random
  /** How many items a scenario goes through. */
  readonly n: number
  readonly #identifiers: Identifiers
  readonly #client: pg.Client

  constructor(client: pg.Client, identifiers: Identifiers, random: Random, n: number) {
    this.#client = client
    this.#identifiers = identifiers
    this.idType = identifiers.sqlType
    this.random = random
    this.n = n
  }

  ids(count: number, prefix: string): Id[] {
    return this.#identifiers.make(count, prefix)
  }

  async run(sql: string): Promise<void> {
    await this.#client.query(sql)
  }

  /** Makes a table anew. Columns as in `CREATE TABLE`, where `ID` stands for the type of ids. */
  async table(name: string, columns: string, rows: readonly (readonly unknown[])[] = []): Promise<void> {
    const definition = columns.replaceAll(/\bID\b/g, this.idType)
    await this.run(`DROP TABLE IF EXISTS ${name} CASCADE; CREATE TABLE ${name} (${definition})`)
    for (let at = 0; at < rows.length; at += 500) {
      const values = rows.slice(at, at + 500).map((row) => `(${row.map(literal).join(', ')})`)
      await this.run(`INSERT INTO ${name} VALUES ${values.join(', ')}`)
    }
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}
