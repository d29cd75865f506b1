/** A page with a query for each order, or with one for all of them. */
exports.ordersPage = async function ordersPage(pool, isMended) {
  const { rows } = await pool.query('SELECT id, customer_id FROM orders')
  if (isMended) {
    const ids = rows.map((row) => row.customer_id)
    return pool.query('SELECT name FROM customers WHERE id = ANY($1)', [ids])
  }
  for (const row of rows) await pool.query('SELECT name FROM customers WHERE id = $1', [row.customer_id])
  return undefined
}

/** Makes so many orders. */
exports.prepare = async function prepare(pool, size) {
  await pool.query('TRUNCATE orders, customers')
  await pool.query('INSERT INTO customers SELECT n * 7001, n FROM generate_series(1, $1::int) AS n', [size])
  await pool.query('INSERT INTO orders SELECT n, n * 7001 FROM generate_series(1, $1::int) AS n', [size])
}
