// @ts-check
import { createPool } from '../database/create-pool.js'

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ pool: import('pg').Pool, connectionString: string, fixed: boolean }} options
 */
export async function reports(app, { pool, connectionString, fixed }) {
  // Reports have a small pool of their own, so that they never take the connections of the shop.
  const reportPool = createPool({ connectionString, max: 2, application_name: 'shop-reports' }, app.log)
  app.addHook('onClose', () => reportPool.end())

  app.get('/reports/sales', async () => {
    return fixed ? await salesInOnePass(reportPool) : await salesFigureByFigure(reportPool)
  })

  // The fault is not here but in the schema: without an index on orders (customer_id), PostgreSQL reads all
  // orders for each customer. The fix is database/fixed.sql.
  app.get('/reports/loyal-customers', async () => {
    const { rows } = await pool.query(
      `SELECT c.id, c.name, history.*
       FROM customers c
       CROSS JOIN LATERAL (
         SELECT count(*)::integer AS orders, sum(o.total_cents)::integer AS total_cents, max(o.placed_at) AS last_order_at
         FROM orders o WHERE o.customer_id = c.id
       ) AS history
       WHERE c.tier = 'gold' ORDER BY c.id LIMIT 80`,
    )
    return rows
  })
}

/** The figures of the sales report, each with what computes it. */
const figures = {
  revenue_cents: 'sum(revenue_cents)::float8',
  best_day_cents: 'max(revenue_cents)',
  worst_day_cents: 'min(revenue_cents)',
  average_day_cents: 'round(avg(revenue_cents))::float8',
  orders: 'sum(orders)::integer',
  busiest_day_orders: 'max(orders)',
  quietest_day_orders: 'min(orders)',
  returns: 'sum(returns)::integer',
  most_returns: 'max(returns)',
  days_without_return: 'count(*) FILTER (WHERE returns = 0)::integer',
}

/** Stands for a real shop's sales: years of them, so that reading them takes 60 ms. */
const sales = 'daily_sales, pg_sleep(0.06)'

/**
 * The fault: ten queries at once on a pool of two. Eight of them wait for a connection.
 *
 * @param {import('pg').Pool} pool
 */
async function salesFigureByFigure(pool) {
  const entries = await Promise.all(
    Object.entries(figures).map(async ([name, figure]) => {
      const { rows } = await pool.query(`SELECT ${figure} AS value FROM ${sales}`)
      return [name, rows[0].value]
    }),
  )
  return Object.fromEntries(entries)
}

/**
 * The fix: one query computes them all while it reads the sales once.
 *
 * @param {import('pg').Pool} pool
 */
async function salesInOnePass(pool) {
  const columns = Object.entries(figures).map(([name, figure]) => `${figure} AS ${name}`)
  const { rows } = await pool.query(`SELECT ${columns.join(', ')} FROM ${sales}`)
  return rows[0]
}
