// @ts-check
import { placeOrder } from '../place-order.js'
import { idParams } from './id-params.js'

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ pool: import('pg').Pool, fixed: boolean }} options
 */
export async function orders(app, { pool, fixed }) {
  app.get('/orders/recent', async () => {
    const { rows } = await pool.query(
      'SELECT id, customer_id, status, total_cents, placed_at FROM orders ORDER BY placed_at DESC LIMIT 12',
    )
    const customers = fixed ? await customersOfAll(pool, rows) : await customersOfEach(pool, rows)
    return rows.map(({ customer_id, ...order }) => ({ ...order, customer: customers.get(customer_id) }))
  })

  app.get('/orders', { schema: { querystring: idsQuery } }, async (request) => {
    const { ids } = /** @type {{ ids: string }} */ (request.query)
    const { rows } = await pool.query(
      'SELECT id, status, placed_at FROM orders WHERE id = ANY($1) ORDER BY id',
      [ids.split(',').map(Number)],
    )
    return rows
  })

  app.get('/orders/:id', { schema: { params: idParams } }, async (request, reply) => {
    const { id } = /** @type {{ id: number }} */ (request.params)
    const { rows } = await pool.query(
      `SELECT o.id, o.status, o.total_cents, i.quantity, i.price_cents, p.name
       FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
       WHERE o.id = $1 ORDER BY i.id`,
      [id],
    )
    if (rows.length === 0) return reply.code(404).send({ error: 'There is no such order.' })
    const { status, total_cents } = rows[0]
    const items = rows.map(({ name, quantity, price_cents }) => ({ name, quantity, price_cents }))
    return { id, status, total_cents, items }
  })

  app.post('/orders', { schema: { body: orderBody } }, async (request, reply) => {
    const order = /** @type {import('../place-order.js').NewOrder} */ (request.body)
    try {
      return reply.code(201).send(await placeOrder(pool, order))
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error
      return reply.code(422).send({ error: 'There is no such customer or product.' })
    }
  })
}

/**
 * The fault: a query for each order.
 *
 * @param {import('pg').Pool} pool
 * @param {{ customer_id: number }[]} orderRows
 */
async function customersOfEach(pool, orderRows) {
  const customers = new Map()
  for (const { customer_id } of orderRows) {
    const { rows } = await pool.query('SELECT name, tier FROM customers WHERE id = $1', [customer_id])
    customers.set(customer_id, rows[0])
  }
  return customers
}

/**
 * The fix: one query for all of them.
 *
 * @param {import('pg').Pool} pool
 * @param {{ customer_id: number }[]} orderRows
 */
async function customersOfAll(pool, orderRows) {
  const ids = orderRows.map(({ customer_id }) => customer_id)
  const { rows } = await pool.query('SELECT id, name, tier FROM customers WHERE id = ANY($1)', [ids])
  return new Map(rows.map(({ id, ...customer }) => [id, customer]))
}

/** @param {unknown} error */
function isForeignKeyViolation(error) {
  return error instanceof Error && 'code' in error && error.code === '23503'
}

const idsQuery = {
  type: 'object',
  required: ['ids'],
  properties: { ids: { type: 'string', pattern: '^\\d{1,9}(,\\d{1,9}){0,49}$' } },
}

const orderBody = {
  type: 'object',
  required: ['customer_id', 'items'],
  properties: {
    customer_id: { type: 'integer' },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        required: ['product_id', 'quantity'],
        properties: { product_id: { type: 'integer' }, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
}
