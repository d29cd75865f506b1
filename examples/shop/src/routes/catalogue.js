// @ts-check
import { idParams } from './id-params.js'

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ pool: import('pg').Pool, fixed: boolean }} options
 */
export async function catalogue(app, { pool, fixed }) {
  app.get('/categories', async () => {
    const { rows } = await pool.query('SELECT id, name FROM categories ORDER BY name')
    const newest = fixed ? await newestProductOfAll(pool, rows) : await newestProductOfEach(pool, rows)
    return rows.map((category) => ({ ...category, newest_product: newest.get(category.id) }))
  })

  app.get('/products', { schema: { querystring: categoryQuery } }, async (request) => {
    const { category } = /** @type {{ category: number }} */ (request.query)
    const { rows } = await pool.query(
      `SELECT p.id, p.name, p.price_cents, b.name AS brand
       FROM products p JOIN brands b ON b.id = p.brand_id
       WHERE p.category_id = $1 ORDER BY p.id DESC LIMIT 24`,
      [category],
    )
    return rows
  })

  app.get('/products/search', { schema: { querystring: searchQuery } }, async (request) => {
    const { q } = /** @type {{ q: string }} */ (request.query)
    const prefix = `${q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    const { rows } = await pool.query(
      'SELECT id, name, price_cents FROM products WHERE lower(name) LIKE $1 ORDER BY name LIMIT 20',
      [prefix],
    )
    return rows
  })

  app.get('/products/:id', { schema: { params: idParams } }, async (request, reply) => {
    const { id } = /** @type {{ id: number }} */ (request.params)
    const { rows } = await pool.query(
      `SELECT p.id, p.name, p.price_cents, b.name AS brand, c.name AS category
       FROM products p JOIN brands b ON b.id = p.brand_id JOIN categories c ON c.id = p.category_id
       WHERE p.id = $1`,
      [id],
    )
    return rows[0] ?? reply.code(404).send({ error: 'There is no such product.' })
  })
}

/**
 * The fault: a query for each category. That they run at once does not make them fewer.
 *
 * @param {import('pg').Pool} pool
 * @param {{ id: number }[]} categories
 */
async function newestProductOfEach(pool, categories) {
  const entries = await Promise.all(
    categories.map(async ({ id }) => {
      const { rows } = await pool.query(
        'SELECT id, name, price_cents FROM products WHERE category_id = $1 ORDER BY id DESC LIMIT 1',
        [id],
      )
      return /** @type {const} */ ([id, rows[0]])
    }),
  )
  return new Map(entries)
}

/**
 * The fix: one query that looks into the index once per category.
 *
 * @param {import('pg').Pool} pool
 * @param {{ id: number }[]} categories
 */
async function newestProductOfAll(pool, categories) {
  const { rows } = await pool.query(
    `SELECT category.id AS category_id, newest.*
     FROM unnest($1::integer[]) AS category (id)
     CROSS JOIN LATERAL (
       SELECT id, name, price_cents FROM products WHERE category_id = category.id ORDER BY id DESC LIMIT 1
     ) AS newest`,
    [categories.map(({ id }) => id)],
  )
  return new Map(rows.map(({ category_id, ...product }) => [category_id, product]))
}

const categoryQuery = {
  type: 'object',
  required: ['category'],
  properties: { category: { type: 'integer' } },
}

const searchQuery = {
  type: 'object',
  required: ['q'],
  properties: { q: { type: 'string', minLength: 2, maxLength: 50 } },
}
