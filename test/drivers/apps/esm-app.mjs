// An ESM application that reaches the driver by each of its names.
import pg, { Client, Pool } from 'pg'
import PgPool from 'pg-pool'
import { querySpans, reset } from './spans.mjs'

const connectionString = process.env.DATABASE_URL
const answers = {}
async function ask(name, queryable) {
  reset()
  const { rows } = await queryable.query('SELECT $1::int AS n', [1])
  await queryable.end()
  answers[name] = { rows, spans: querySpans() }
}

const client = new Client(connectionString)
await client.connect()
await ask('named Client', client)
await ask('named Pool', new Pool({ connectionString }))
await ask('default Pool', new pg.Pool({ connectionString }))
const [user, password] = [
  decodeURIComponent(new URL(connectionString).username),
  new URL(connectionString).password,
]
const { hostname: host, port, pathname } = new URL(connectionString)
await ask('pg-pool', new PgPool({ user, password, host, port: Number(port), database: pathname.slice(1) }))
console.log(JSON.stringify(answers))
