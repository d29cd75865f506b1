// Queries with a driver that is not pg.
import postgres from 'postgres'

const sql = postgres(process.env.DATABASE_URL)
await sql`SELECT 1`
await sql.end()
