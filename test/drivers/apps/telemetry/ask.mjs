// Queries, and nothing else.
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  max: 2,
})
pool.on('error', () => {})
await pool.query('SELECT 1')
await pool.end()
