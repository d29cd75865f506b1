import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'

const alone = { isFixedSize: true, runsAlone: true } as const

async function seedCart(seeder: Seeder): Promise<void> {
  const products = seeder.ids(seeder.n + 40, 'prod')
  await seeder.table(
    'product',
    'id ID PRIMARY KEY, sku text NOT NULL, price numeric(10, 2) NOT NULL, stock int NOT NULL',
    products.map((id, i) => [id, `SKU-${(i * 7919) % 100_003}-${i}`, 9.5 + i, 100]),
  )
  const chosen = seeder.random.shuffled(products).slice(0, seeder.n)
  await seeder.table(
    'cart_item',
    'cart_id int NOT NULL, product_id ID NOT NULL, quantity int NOT NULL',
    chosen.map((id, i) => [1, id, 1 + (i % 3)]),
  )
}

async function seedOrders(seeder: Seeder): Promise<void> {
  const orders = seeder.ids(seeder.n, 'ord')
  const articles = seeder.ids(3 * seeder.n, 'art')
  await seeder.table(
    'shop_order',
    'id ID PRIMARY KEY, customer_no int NOT NULL, placed_at timestamptz NOT NULL DEFAULT now()',
    orders.map((id) => [id, 77]),
  )
  await seeder.table(
    'article',
    'id ID PRIMARY KEY, title text NOT NULL',
    articles.map((id, i) => [id, `Article ${i}`]),
  )
  const sold = seeder.random.shuffled(articles)
  await seeder.table(
    'order_line',
    'order_id ID NOT NULL, article_id ID NOT NULL, amount int NOT NULL',
    orders.flatMap((order, i) => [0, 1, 2].map((k) => [order, sold[3 * i + k], 1 + k])),
  )
}

/** A shop: carts, orders, stock, feeds of suppliers. */
export const storefront: readonly Scenario[] = [
  {
    name: 'strangers: a cart’s total, a product at a time',
    expected: [{ kind: 'n_plus_one', on: 'product', column: 'cart_item.product_id' }],
    seed: seedCart,
    run: (world) =>
      world.unit('GET /cart', async () => {
        const cart = await world.pool.query('SELECT * FROM cart_item WHERE cart_id = $1', [1])
        let total = 0
        for (const item of cart.rows) {
          const product = await world.pool.query('SELECT price, stock FROM product WHERE id = $1', [
            item.product_id,
          ])
          total += Number(product.rows[0].price) * item.quantity
        }
        return total
      }),
  },
  {
    name: 'strangers: orders with lines with articles, each asked for in the one before',
    expected: [
      { kind: 'n_plus_one', on: 'order_line', column: 'shop_order.id' },
      { kind: 'n_plus_one', on: 'article', column: 'order_line.article_id' },
    ],
    seed: seedOrders,
    run: (world) =>
      world.unit('GET /orders', async () => {
        const { rows: orders } = await world.pool.query(
          'SELECT id, placed_at FROM shop_order WHERE customer_no = 77 ORDER BY placed_at, id',
        )
        return Promise.all(
          orders.map(async (order) => {
            const { rows: lines } = await world.pool.query('SELECT * FROM order_line WHERE order_id = $1', [
              order.id,
            ])
            for (const line of lines) {
              const article = await world.pool.query('SELECT title FROM article WHERE id = $1 LIMIT 1', [
                line.article_id,
              ])
              line.title = article.rows[0]?.title
            }
            return { ...order, lines }
          }),
        )
      }),
  },
  {
    name: 'strangers: prices by SKU, written into the text',
    expected: [{ kind: 'n_plus_one', on: 'product', column: 'sku_shelf.sku' }],
    seed: async (seeder) => {
      await seedCart(seeder)
      await seeder.run(
        `DROP TABLE IF EXISTS sku_shelf; CREATE TABLE sku_shelf AS SELECT sku, 4 AS row_no FROM product ORDER BY md5(sku) LIMIT ${seeder.n}`,
      )
    },
    run: (world) =>
      world.unit('GET /shelf/4', async () => {
        const shelf = await world.pool.query('SELECT sku FROM sku_shelf WHERE row_no = 4')
        const prices: Record<string, string> = {}
        for (let i = 0; i < shelf.rows.length; i++) {
          const sku = String(shelf.rows[i].sku)
          const { rows } = await world.pool.query(
            `SELECT price FROM product WHERE sku = '${sku.replaceAll("'", "''")}'`,
          )
          prices[sku] = rows[0].price
        }
        return prices
      }),
  },
  {
    name: 'strangers: invoices by tenant and number, a composite key',
    expected: [{ kind: 'n_plus_one', on: 'invoice', column: 'payment.invoice_no' }],
    seed: async (seeder) => {
      const numbers = seeder.random.shuffled(Array.from({ length: seeder.n + 30 }, (_, i) => 41_000 + 13 * i))
      await seeder.table(
        'invoice',
        'tenant_id int, invoice_no int, total int, PRIMARY KEY (tenant_id, invoice_no)',
        numbers.map((no) => [9, no, no % 977]),
      )
      await seeder.table(
        'payment',
        'tenant_id int, invoice_no int, paid int',
        numbers.slice(0, seeder.n).map((no) => [9, no, 5]),
      )
    },
    run: (world) =>
      world.unit('GET /payments', async () => {
        const tenantId = 9
        const { rows } = await world.pool.query(
          'SELECT p.invoice_no, p.paid FROM payment p WHERE p.tenant_id = $1',
          [tenantId],
        )
        for (const payment of rows) {
          const found = await world.pool.query({
            name: 'invoice_by_no',
            text: 'SELECT total FROM invoice WHERE tenant_id = $1 AND invoice_no = $2',
            values: [tenantId, payment.invoice_no],
          })
          payment.open = found.rows[0].total - payment.paid
        }
      }),
  },
  {
    name: 'strangers: stock of four lines reserved under row locks',
    ...alone,
    expected: [],
    forbidden: ['n_plus_one', 'write_loop', 'duplicate_query', 'autocommit_loop'],
    seed: (seeder) =>
      seeder.table(
        'stock_level',
        'product_no int PRIMARY KEY, amount int NOT NULL',
        [311, 877, 902, 1204].map((no) => [no, 50]),
      ),
    run: (world) =>
      world.unit('POST /checkout', async () => {
        const client = await world.pool.connect()
        try {
          await client.query('BEGIN')
          for (const line of [
            { no: 311, amount: 1 },
            { no: 877, amount: 3 },
            { no: 902, amount: 1 },
            { no: 1204, amount: 2 },
          ]) {
            const { rows } = await client.query(
              'SELECT amount FROM stock_level WHERE product_no = $1 FOR UPDATE',
              [line.no],
            )
            if (rows[0].amount < line.amount) throw new Error('out of stock')
            await client.query('UPDATE stock_level SET amount = amount - $2 WHERE product_no = $1', [
              line.no,
              line.amount,
            ])
          }
          await client.query('COMMIT')
        } catch (error) {
          await client.query('ROLLBACK')
          throw error
        } finally {
          client.release()
        }
      }),
  },
  {
    name: 'strangers: a supplier’s feed, a row at a time in one transaction',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'feed_item' }],
    seed: (seeder) => seeder.table('feed_item', 'ean text PRIMARY KEY, title text, price int'),
    run: (world) =>
      world.unit('import feed', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        for (let i = 0; i < 30; i++) {
          await client.query('INSERT INTO feed_item (ean, title, price) VALUES ($1, $2, $3)', [
            `40${i * 7919}`,
            `Item ${i}`,
            i,
          ])
        }
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'strangers: prices raised one product after the other',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'tariff' }],
    tolerated: ['autocommit_loop'],
    seed: (seeder) =>
      seeder.table(
        'tariff',
        'id int PRIMARY KEY, price int NOT NULL',
        Array.from({ length: 25 }, (_, i) => [i + 1, 100 + i]),
      ),
    run: (world) =>
      world.unit('POST /admin/reprice', async () => {
        const { rows } = await world.pool.query('SELECT id, price FROM tariff')
        for (const { id, price } of rows) {
          await world.pool.query('UPDATE tariff SET price = $1 WHERE id = $2', [Math.round(price * 1.04), id])
        }
      }),
  },
  {
    name: 'strangers: a feed in chunks of two hundred rows by unnest',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'n_plus_one', 'autocommit_loop'],
    seed: (seeder) => seeder.table('feed_item', 'ean text PRIMARY KEY, price int'),
    run: (world) =>
      world.unit('import feed in chunks', async () => {
        const items = Array.from({ length: 2_400 }, (_, i) => ({ ean: `e${i}`, price: i }))
        while (items.length > 0) {
          const chunk = items.splice(0, 200)
          await world.pool.query(
            `INSERT INTO feed_item (ean, price) SELECT * FROM unnest($1::text[], $2::int[])
             ON CONFLICT (ean) DO UPDATE SET price = EXCLUDED.price`,
            [chunk.map(({ ean }) => ean), chunk.map(({ price }) => price)],
          )
        }
      }),
  },
  {
    name: 'strangers: a product page of nine different questions',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query', 'chatty'],
    run: (world) =>
      world.unit('GET /book/:id', async () => {
        const id = world.bookshop.books[3]
        const { pool } = world
        const book = (await pool.query('SELECT * FROM book WHERE id = $1', [id])).rows[0]
        await pool.query('SELECT * FROM author WHERE id = $1', [book.author_id])
        await pool.query('SELECT avg(stars) FROM review WHERE book_id = $1', [id])
        await pool.query('SELECT body, stars FROM review WHERE book_id = $1 ORDER BY stars DESC LIMIT 3', [
          id,
        ])
        await pool.query('SELECT id, title FROM book WHERE author_id = $1 AND id <> $2', [book.author_id, id])
        await pool.query('SELECT count(*) FROM book WHERE price < $1', [book.price])
        await pool.query('SELECT min(price), max(price) FROM book')
        await pool.query('SELECT title FROM book WHERE title ILIKE $1 LIMIT 5', ['%1%'])
        await pool.query('SELECT count(DISTINCT reader_id) FROM review WHERE book_id = $1', [id])
      }),
  },
  {
    name: 'strangers: a payment provider’s twelve webhooks, each with an idempotency key',
    ...alone,
    expected: [],
    forbidden: ['write_loop', 'n_plus_one', 'duplicate_query', 'zero_row_write', 'autocommit_loop'],
    seed: async (seeder) => {
      await seeder.table('webhook_event', 'key text PRIMARY KEY, payload jsonb')
      await seeder.table('charge', 'id int PRIMARY KEY, state text', [
        [1, 'new'],
        [2, 'new'],
        [3, 'new'],
      ])
    },
    run: async (world) => {
      for (let i = 0; i < 12; i++) {
        await world.unit('POST /webhooks', async () => {
          const { rowCount } = await world.pool.query(
            'INSERT INTO webhook_event (key, payload) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
            [`evt_${i >> 1}`, { n: i }],
          )
          if (rowCount === 0) return
          await world.pool.query("UPDATE charge SET state = 'paid' WHERE id = $1", [1 + (i % 3)])
        })
      }
    },
  },
]
