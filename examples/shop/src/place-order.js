// @ts-check

/**
 * Writes an order and its items in one transaction, on one connection, with one statement for all the items.
 *
 * @typedef {{ customer_id: number, items: { product_id: number, quantity: number }[] }} NewOrder
 * @param {import('pg').Pool} pool
 * @param {NewOrder} order
 * @returns {Promise<{ id: number, total_cents: number }>}
 */
export async function placeOrder(pool, order) {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const placed = await insertOrder(client, order)
    await client.query('COMMIT')
    return placed
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // fails when the connection is lost, which rolls back too
    throw error
  } finally {
    client.release()
  }
}

/**
 * @param {import('pg').PoolClient} client
 * @param {NewOrder} order
 */
async function insertOrder(client, { customer_id, items }) {
  const ids = items.map((item) => item.product_id)
  const { rows: products } = await client.query('SELECT id, price_cents FROM products WHERE id = ANY($1)', [
    ids,
  ])
  const prices = new Map(products.map((product) => [product.id, product.price_cents]))
  // A product that is not there has no price: the items' foreign key refuses it below.
  const priceOf = (/** @type {number} */ id) => prices.get(id) ?? 0
  const total_cents = items.reduce((sum, item) => sum + item.quantity * priceOf(item.product_id), 0)
  const { rows: orders } = await client.query(
    'INSERT INTO orders (customer_id, total_cents) VALUES ($1, $2) RETURNING id',
    [customer_id, total_cents],
  )
  await client.query(
    `INSERT INTO order_items (order_id, product_id, quantity, price_cents)
     SELECT $1, item.* FROM unnest($2::integer[], $3::integer[], $4::integer[]) AS item`,
    [orders[0].id, ids, items.map((item) => item.quantity), ids.map(priceOf)],
  )
  return { id: orders[0].id, total_cents }
}
