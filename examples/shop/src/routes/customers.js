// @ts-check
import { idParams } from './id-params.js'

/**
 * @typedef {{ id: number, name: string, city: string, tier: string }} Customer
 * @param {import('fastify').FastifyInstance} app
 * @param {{ pool: import('pg').Pool, fixed: boolean }} options
 */
export async function customers(app, { pool, fixed }) {
  app.get('/customers/:id', { schema: { params: idParams } }, async (request, reply) => {
    const { id } = /** @type {{ id: number }} */ (request.params)
    // The fault: each part of the page loads the customer for itself. The fix: they share the one loaded first.
    const load = fixed ? once(() => loadCustomer(pool, id)) : () => loadCustomer(pool, id)
    const greeting = await greet(load)
    if (!greeting) return reply.code(404).send({ error: 'There is no such customer.' })
    return { greeting, discount: await discountOf(load), delivery: await deliveryOf(load) }
  })
}

/**
 * @param {import('pg').Pool} pool
 * @param {number} id
 * @returns {Promise<Customer | undefined>}
 */
async function loadCustomer(pool, id) {
  const { rows } = await pool.query('SELECT id, name, city, tier FROM customers WHERE id = $1', [id])
  return rows[0]
}

/** @typedef {() => Promise<Customer | undefined>} Load */

/** @param {Load} load */
async function greet(load) {
  const customer = await load()
  return customer && `Hello ${customer.name}`
}

/** @param {Load} load */
async function discountOf(load) {
  const customer = await load()
  return customer?.tier === 'gold' ? '10 %' : 'none'
}

/** @param {Load} load */
async function deliveryOf(load) {
  const customer = await load()
  return `${customer?.city}, in ${customer?.tier === 'gold' ? 1 : 3} days`
}

/**
 * @template T
 * @param {() => T} load
 * @returns {() => T}
 */
function once(load) {
  /** @type {{ value: T } | undefined} */
  let loaded
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}
