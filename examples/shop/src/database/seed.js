// @ts-check
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { ranges } from './ranges.js'

/**
 * Fills an empty database; takes a few seconds. The rows are the same every time, so that two seeded
 * databases give the same answers.
 *
 * @param {object} options
 * @param {string} options.connectionString
 * @param {boolean} [options.fixed] with the index that the faulty shop lacks; default: false
 */
export async function seedShop({ connectionString, fixed = false }) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query('BEGIN')
    await createTables(client)
    for (const statement of rows) await client.query(statement)
    await client.query(await readSql('indexes.sql'))
    for (const statement of generatedIds) await client.query(statement)
    if (fixed) await client.query(await readSql('fixed.sql'))
    await client.query('COMMIT')
    // The planner needs to know the tables now, and must not be interrupted by autovacuum later.
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}

/** @param {pg.Client} client */
async function createTables(client) {
  try {
    await client.query(await readSql('schema.sql'))
  } catch (cause) {
    throw new Error(`The shop's tables cannot be made: is the database ${client.database} empty?`, { cause })
  }
}

/** @param {string} name */
function readSql(name) {
  return readFile(new URL(name, import.meta.url), 'utf8')
}

/**
 * The ids of a table, as rows `n` of `0 … count - 1` and `id`. What looks random below is `n` times a prime,
 * modulo a count.
 *
 * @param {keyof typeof ranges} table
 */
function ids(table) {
  const { first, count } = ranges[table]
  return `(SELECT n, ${first} + n AS id FROM generate_series(0, ${count - 1}) AS n)`
}

/**
 * An id of a table, picked by an expression.
 *
 * @param {keyof typeof ranges} table
 * @param {string} expression
 */
function pick(table, expression) {
  const { first, count } = ranges[table]
  return `${first} + (${expression}) % ${count}`
}

/** @param {string} words @param {string} expression */
function word(words, expression) {
  return `(string_to_array('${words}', ' '))[1 + (${expression}) % ${words.split(' ').length}]`
}

const itemsPerOrder = ranges.orderItems.count / ranges.orders.count

const brands =
  'Alderwood Bramble Calder Dunmore Elmhurst Fenwick Garrow Hollis Inver Juniper Kestrel Lowell Marlow Norden Orchard Pemberton'
const categories =
  'Kettles Pans Knives Bowls Plates Cups Towels Sheets Pillows Blankets Lamps Candles Chairs Stools Tables Shelves Baskets Rugs Clocks Mirrors Vases Frames Brushes Jars'
const materials = 'Copper Linen Oak Ceramic Glass Wool Cotton Steel Walnut Marble Bamboo'
const styles = 'Small Large Round Square Blue Green White Plain Heavy Light Tall Low Striped'
const things =
  'Kettle Pan Knife Bowl Plate Cup Towel Sheet Pillow Blanket Lamp Candle Chair Stool Table Shelf Basket'
const givenNames =
  'Ada Ben Clara David Ella Felix Grace Henry Iris Jonas Kira Leo Mara Noah Olga Paul Rosa Sam Tilda'
const familyNames = 'Abbott Becker Costa Dahl Evans Fischer Garcia Hansen Ito Jansen Keller Lopez Moreau'
const cities = 'Antwerp Bristol Cologne Dublin Eindhoven Florence Ghent Hamburg Innsbruck'

const rows = [
  `INSERT INTO brands (id, name) SELECT id, ${word(brands, 'n')} FROM ${ids('brands')}`,
  `INSERT INTO categories (id, name) SELECT id, ${word(categories, 'n')} FROM ${ids('categories')}`,
  `INSERT INTO products (id, brand_id, category_id, name, price_cents, featured)
   SELECT id, ${pick('brands', 'n * 7')}, ${pick('categories', 'n * 11')},
     ${word(styles, 'n / 7')} || ' ' || ${word(materials, 'n')} || ' ' || ${word(things, 'n / 3')} || ' ' || n,
     500 + n * 31 % 20000, n % 1009 < 2
   FROM ${ids('products')}`,
  `INSERT INTO customers (id, name, email, city, tier)
   SELECT id, ${word(givenNames, 'n')} || ' ' || ${word(familyNames, 'n / 3')}, 'customer' || id || '@example.com',
     ${word(cities, 'n / 5')}, CASE WHEN n % 100 = 0 THEN 'gold' ELSE 'basic' END
   FROM ${ids('customers')}`,
  `INSERT INTO order_items (id, order_id, product_id, quantity, price_cents)
   SELECT item.id, ${ranges.orders.first} + item.n / ${itemsPerOrder}, product.id, 1 + item.n % 3, product.price_cents
   FROM ${ids('orderItems')} AS item
   JOIN products AS product ON product.id = ${pick('products', 'item.n::bigint * 7919')}`,
  `INSERT INTO orders (id, customer_id, status, total_cents, placed_at)
   SELECT id, ${pick('customers', 'n::bigint * 7919')}, ${word('delivered delivered delivered sent placed', 'n')},
     total_cents, timestamptz '2024-01-01T00:00:00Z' + n * interval '5 minutes'
   FROM ${ids('orders')} AS numbers
   JOIN (SELECT order_id, sum(quantity * price_cents) AS total_cents FROM order_items GROUP BY order_id) AS totals
     ON totals.order_id = numbers.id`,
  `INSERT INTO newsletter (email) SELECT email FROM customers WHERE id % 5 = 0`,
  `INSERT INTO daily_sales (day, orders, returns, revenue_cents)
   SELECT date '2023-01-01' + n, 200 + n * 37 % 101, n * 13 % 17, 900000 + n * 7919 % 300007
   FROM generate_series(0, 729) AS n`,
]

/** New orders and items get the ids after the seeded ones. */
const generatedIds = [generateIds('orders', ranges.orders), generateIds('order_items', ranges.orderItems)]

/** @param {string} table @param {{ first: number, count: number }} range */
function generateIds(table, { first, count }) {
  return `ALTER TABLE ${table} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START ${first + count})`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const connectionString = process.env.DATABASE_URL
  if (!connectionString) throw new Error('Set DATABASE_URL to an empty database.')
  const started = performance.now()
  await seedShop({ connectionString, fixed: process.env.SHOP_FIXED === '1' })
  console.log(`Seeded in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}
