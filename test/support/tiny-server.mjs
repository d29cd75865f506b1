// A service with one route; it says its port, and ends when its input does.
import { once } from 'node:events'
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const server = createServer(async (_request, response) => {
  const { rows } = await pool.query('SELECT 42 AS n')
  response.end(JSON.stringify(rows))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(server.address().port)
await once(process.stdin.resume(), 'end')
server.closeAllConnections()
server.close()
await pool.end()
