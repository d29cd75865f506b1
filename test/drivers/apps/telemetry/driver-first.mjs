// The driver stands above what is to see it.
import pg from 'pg'
import 'pgspan/register'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
})
pool.on('error', () => {})
await pool.query('SELECT 1')
await pool.end()
