import type { Scenario } from '../scenario.js'

/** Keys that are no plain numbers, and statements that are no plain texts. */
export const keysAndTexts: readonly Scenario[] = [
  {
    name: 'a key of two columns',
    expected: [{ kind: 'n_plus_one', on: 'stock' }],
    runsAlone: true,
    seed: async (seeder) => {
      const shops = seeder.ids(3, 'shp')
      const wares = seeder.ids(200, 'war')
      const rows = wares.map((ware, i) => [shops[i % 3], ware, i])
      await seeder.table('order_line', 'shop_id ID, ware_id ID, amount int', rows)
      await seeder.table('stock', 'shop_id ID, ware_id ID, amount int, PRIMARY KEY (shop_id, ware_id)', rows)
    },
    run: (world) =>
      world.unit('stock of order lines', async () => {
        const { rows } = await world.pool.query('SELECT shop_id, ware_id FROM order_line LIMIT $1', [world.n])
        for (const { shop_id, ware_id } of rows) {
          await world.pool.query('SELECT amount FROM stock WHERE shop_id = $1 AND ware_id = $2', [
            shop_id,
            ware_id,
          ])
        }
      }),
  },
  {
    name: 'a key of tenant and id, where the tenant is always the same',
    expected: [{ kind: 'n_plus_one', on: 'line', column: 'invoice.id' }],
    runsAlone: true,
    seed: async (seeder) => {
      const [tenant] = seeder.ids(1, 'ten')
      const invoices = seeder.ids(200, 'inv').map((id) => [tenant, id])
      await seeder.table('invoice', 'tenant_id ID, id ID', invoices)
      await seeder.table('line', 'tenant_id ID, invoice_id ID, amount int')
    },
    run: (world) =>
      world.unit('lines of invoices', async () => {
        const { rows } = await world.pool.query('SELECT tenant_id, id FROM invoice LIMIT $1', [world.n])
        for (const { tenant_id, id } of rows) {
          await world.pool.query('SELECT amount FROM line WHERE tenant_id = $1 AND invoice_id = $2', [
            tenant_id,
            id,
          ])
        }
      }),
  },
  {
    name: 'an address of mail as the key',
    expected: [{ kind: 'n_plus_one', column: 'reader.email' }],
    run: (world) =>
      world.unit('authors who read', async () => {
        const { rows } = await world.pool.query('SELECT email FROM reader ORDER BY name LIMIT $1', [world.n])
        for (const { email } of rows)
          await world.pool.query('SELECT name FROM author WHERE email = $1', [email])
      }),
  },
  {
    name: 'an address of mail, folded to lower case on the way',
    expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'], column: 'reader.email' }],
    run: (world) =>
      world.unit('folded addresses', async () => {
        const { rows } = await world.pool.query('SELECT email FROM reader ORDER BY name LIMIT $1', [world.n])
        for (const { email } of rows) {
          await world.pool.query('SELECT name FROM author WHERE lower(email) = $1', [email.toLowerCase()])
        }
      }),
  },
  {
    name: 'values and a changing comment in the text',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('concatenated', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n])
        for (const [i, { id }] of rows.entries()) {
          await world.pool.query(
            `/* request ${i} of ${Math.random()} */ SELECT title FROM book WHERE author_id = '${id}'`,
          )
        }
      }),
  },
  {
    name: 'a trace’s name as a comment in every text',
    expected: [{ kind: 'n_plus_one', column: 'book.id' }],
    run: (world) =>
      world.unit('commented', async () => {
        const { rows } = await world.pool.query('SELECT id FROM book ORDER BY title LIMIT $1', [world.n])
        for (const { id } of rows) {
          const span = Math.random().toString(16).slice(2, 18).padEnd(16, '0')
          const comment = `/*traceparent='00-0af7651916cd43dd8448eb211c80319c-${span}-01'*/`
          await world.pool.query(`SELECT body FROM review WHERE book_id = $1 ${comment}`, [id])
        }
      }),
  },
  {
    name: 'the column on the right, and a cast',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('casts', async () => {
        const type = world.variant.idType
        const { rows } = await world.pool.query(
          'SELECT a.id AS id FROM author AS a ORDER BY a.name LIMIT $1',
          [world.n],
        )
        for (const { id } of rows) {
          await world.pool.query(`SELECT b."title" FROM public."book" b WHERE $1::${type} = b."author_id"`, [
            `${id}`,
          ])
        }
      }),
  },
  {
    name: 'the list comes from a join with aliases',
    expected: [{ kind: 'n_plus_one', on: 'reader' }],
    run: (world) =>
      world.unit('aliases', async () => {
        const { rows } = await world.pool.query(
          `SELECT b.title AS "bookTitle", r.reader_id AS "readerId" FROM book b JOIN review r ON r.book_id = b.id
           ORDER BY r.body LIMIT $1`,
          [world.n + 3],
        )
        for (const { readerId } of rows)
          await world.pool.query('SELECT name FROM reader WHERE id = $1', [readerId])
      }),
  },
  {
    name: 'a connection of one’s own, outside any pool',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    runsAlone: true,
    run: async (world) => {
      const pool = world.anotherPool({ max: 1 })
      await world.unit('other pool', async () => {
        const { rows } = await pool.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n])
        for (const { id } of rows) await pool.query('SELECT title FROM book WHERE author_id = $1', [id])
      })
      await pool.end()
    },
  },
  {
    name: 'the response is sent before the loop is over',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    isFixedSize: true,
    runsAlone: true,
    run: async (world) => {
      let rest: Promise<void> = Promise.resolve()
      await world.unit('late children', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT 14')
        const load = async (part: typeof rows): Promise<void> => {
          for (const { id } of part)
            await world.pool.query('SELECT title FROM book WHERE author_id = $1', [id])
        }
        await load(rows.slice(0, 8))
        rest = load(rows.slice(8))
      })
      await rest
    },
  },
]
