// A small application: what it prints and how it ends must not depend on who watches it.
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 })
const { rows } = await pool.query('SELECT $1::int + 1 AS n', [41])
console.log(JSON.stringify(rows))
await pool.query("SELECT 'canary'::int").catch((error) => console.log(error.code, error.message))
const client = await pool.connect()
await client.query('BEGIN')
await client.query('SELECT 1')
await client.query('COMMIT')
client.release()
try {
  await pool.query(null)
} catch (error) {
  console.log(error.name, error.message)
}
await pool.end()
await pool.query('SELECT 1').catch((error) => console.log(error.message))
process.exitCode = 3
