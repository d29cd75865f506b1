// Answers one request with a query.
import { createServer, get } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
})
pool.on('error', () => {})
const server = createServer(async (_request, response) => {
  await pool.query('SELECT 1')
  response.end()
})
server.listen(0, '127.0.0.1', () => {
  get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
    response.resume().once('end', async () => {
      server.close()
      await pool.end()
    })
  })
})
