// As application.ts, for a bundler that reads no TypeScript.
import pg from 'pg'

async function loadSlowly(pool) {
  await pool.query('SELECT pg_sleep(0.15)') // ← slow
}

export async function main() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  await loadSlowly(pool)
  await loadSlowly(pool)
  await pool.end()
}
