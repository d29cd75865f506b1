// A service with an N+1: it says its port on stderr.
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })

async function recentOrders() {
  const { rows } = await pool.query('SELECT id, customer_id FROM orders ORDER BY id LIMIT 12')
  const names = []
  for (const { customer_id } of rows) {
    const customer = await pool.query('SELECT name FROM customers WHERE id = $1', [customer_id])
    names.push(customer.rows[0].name)
  }
  return names
}

const server = createServer(async (_request, response) => {
  response.end(JSON.stringify(await recentOrders()))
})
server.listen(0, '127.0.0.1', () => process.stderr.write(`listens on ${server.address().port}\n`))
