// @ts-check
import { drizzle } from 'drizzle-orm/node-postgres'
import { fastify } from 'fastify'
import { createPool } from './database/create-pool.js'
import { brands } from './routes/brands.js'
import { catalogue } from './routes/catalogue.js'
import { customers } from './routes/customers.js'
import { newsletter } from './routes/newsletter.js'
import { orders } from './routes/orders.js'
import { reports } from './routes/reports.js'

const connections = 8

/**
 * Starts the shop on a seeded database.
 *
 * @param {object} options
 * @param {string} options.connectionString
 * @param {number} [options.port] default: a free one
 * @param {string} [options.host] default: 127.0.0.1
 * @param {boolean} [options.fixed] without the planted faults; the database must be seeded so too; default: false
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startShop({ connectionString, port = 0, host = '127.0.0.1', fixed = false }) {
  const app = fastify({ logger: { level: 'warn' } })
  const pool = createPool(
    { connectionString, max: connections, min: connections, application_name: 'shop' },
    app.log,
  )
  app.addHook('onClose', () => pool.end())
  closeConnectionsAfterLastAnswer(app)

  app.get('/health', async () => {
    await pool.query('SELECT 1')
    return { status: 'ok' }
  })
  app.register(catalogue, { pool, fixed })
  app.register(brands, { db: drizzle({ client: pool }), fixed })
  app.register(customers, { pool, fixed })
  app.register(newsletter, { pool, fixed })
  app.register(orders, { pool, fixed })
  app.register(reports, { pool, connectionString, fixed })

  try {
    await openConnections(pool)
    return { url: await app.listen({ port, host }), close: () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}

/**
 * The first requests should not have to wait for connections to be opened.
 *
 * @param {import('pg').Pool} pool
 */
async function openConnections(pool) {
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
  for (const client of clients) client.release()
}

/**
 * Without this, a client that keeps its connection open after the answer to its last request would hold up
 * `close` for more than a minute.
 *
 * @param {import('fastify').FastifyInstance} app
 */
function closeConnectionsAfterLastAnswer(app) {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
