import { Connection, UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { column, siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

/** Far apart, in no order: that another list has them all is no coincidence. */
const scattered = [9041, 217, 3310, 58213, 771, 4402, 1115, 90210, 6006, 1203, 8891, 440]
const uuids = scattered.map((n) => `3f2504e0-4f89-41d3-9a0c-${String(n).padStart(12, '0')}`)

const selectOrders = 'SELECT id, customer_id FROM orders ORDER BY created_at DESC LIMIT 50'
const selectCustomer = 'SELECT * FROM customers WHERE id = $1'

function orders(customers: readonly unknown[]): Record<string, unknown>[] {
  return customers.map((customer_id, i) => ({ id: 70_001 + 13 * i, customer_id }))
}

describe('an N+1 is proven when its values came out of an earlier result', () => {
  test('of a sequential loop: source, column, coverage, call site and fix are named', () => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) {
      db.query(selectCustomer, [id], { rows: [{ id, name: 'x' }], site: siteAt('loadCustomer', 14) })
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({
      tier: 'proven',
      severity: 'warning',
      unit: 'GET /orders',
      title:
        'SELECT customers ran 12 times, once for each orders.customer_id of an earlier result, in GET /orders.',
      evidence: {
        count: 12,
        distinct: 12,
        totalMillis: 12,
        medianMillis: 1,
        savedMillis: 11,
        concurrency: 'sequential',
        coverage: '12 of 12',
      },
      source: { summary: 'SELECT orders', column: 'orders.customer_id', rows: 12 },
      callSite: { file: 'src/orders.ts', line: 14, functionName: 'loadCustomer' },
      fix: 'Ask for one query for all of them: WHERE id = ANY($1).',
      docs: 'n-plus-one',
      count: 1,
    })
  })

  test('of rows whose columns an ORM renames: the source is the column of the table', () => {
    const { db, unit, finding } = simulate()
    const text = 'SELECT "o"."id" AS "o_id", "o"."customer_id" AS "o_customer_id" FROM "orders" "o"'
    db.query(text, [], {
      rows: scattered.map((o_customer_id, i) => ({ o_id: 70_001 + 13 * i, o_customer_id })),
    })
    for (const id of scattered) db.query(selectCustomer, [id])
    unit.end()
    expect(finding('n_plus_one')?.source?.column).toBe('orders.customer_id')
  })

  test('of a concurrent fan-out: the saving is that of the wall clock', () => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    db.queryAll(
      selectCustomer,
      scattered.map((id) => [id]),
    )
    unit.end()
    const evidence = finding('n_plus_one')?.evidence
    expect(evidence).toMatchObject({ count: 12, concurrency: 'concurrent', coverage: '12 of 12' })
    expect(evidence?.savedMillis).toBeLessThan(12)
  })

  test('as soon as five values are known, not only at the end of the unit', () => {
    const { db, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered.slice(0, 4)) db.query(selectCustomer, [id])
    expect(finding('n_plus_one')).toBeUndefined()
    db.query(selectCustomer, [scattered[4]])
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })

  test('of two interleaved loops: each has its own finding and its own source', () => {
    const { db, unit, insights } = simulate()
    const products = scattered.map((id) => id + 100_000)
    db.query('SELECT id, customer_id, product_id FROM orders', [], {
      rows: scattered.map((customer_id, i) => ({
        id: 70_001 + 13 * i,
        customer_id,
        product_id: products[i],
      })),
    })
    for (let i = 0; i < 8; i++) {
      db.query(selectCustomer, [scattered[i]])
      db.query('SELECT * FROM products WHERE id = $1', [products[i]])
    }
    unit.end()
    expect(
      insights
        .findings()
        .map(({ summary, tier, source }) => `${summary} ${tier} ${source?.column}`)
        .sort(),
    ).toEqual(['SELECT customers proven orders.customer_id', 'SELECT products proven orders.product_id'])
  })

  test('of a nested loop: the inner source is the inner list, over all its results', () => {
    const { db, unit, insights } = simulate()
    const orderIds = [8101, 9313, 5520, 7777, 6204, 9999]
    db.query('SELECT id FROM orders', [], { rows: column('id', orderIds) })
    for (const [i, order] of orderIds.entries()) {
      const rows = [1, 2, 3].map((n) => ({
        id: 31_000 + 100 * i + n,
        order_id: order,
        product_id: 1000 * n + 37 * i,
      }))
      db.query('SELECT * FROM order_items WHERE order_id = $1', [order], { rows })
      for (const { product_id } of rows) db.query('SELECT * FROM products WHERE id = $1', [product_id])
    }
    unit.end()
    const found = Object.fromEntries(insights.findings().map((finding) => [finding.summary, finding]))
    expect(found['SELECT order_items']?.source?.column).toBe('orders.id')
    expect(found['SELECT products']).toMatchObject({
      tier: 'proven',
      evidence: { count: 18, coverage: '18 of 18' },
      source: { column: 'order_items.product_id' },
    })
  })

  test.each([
    ['numbers asked for as text', scattered, scattered.map(String)],
    ['bigints that the driver returns as text', scattered.map(String), scattered],
    ['UUIDs', uuids, uuids],
  ])('%s', (_, inRows, asked) => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(inRows) })
    for (const id of asked) db.query(selectCustomer, [id])
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'proven', evidence: { coverage: '12 of 12' } })
  })

  test('with values written into the text', () => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) db.query(`SELECT * FROM customers WHERE id = ${id} AND active = true`)
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'proven', evidence: { count: 12 } })
    expect(JSON.stringify(finding('n_plus_one'))).not.toMatch(/9041|58213/)
  })

  test('with an array of one value, which is no batch', () => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) db.query('SELECT * FROM customers WHERE id = ANY($1)', [[id]])
    unit.end()
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })

  test('with a constant list beside the value that varies', () => {
    const { db, unit, finding } = simulate()
    db.query('SELECT id FROM customers', [], { rows: column('id', scattered) })
    for (const id of scattered) {
      db.query("SELECT * FROM orders WHERE customer_id = $1 AND status IN ('open', 'paid')", [id])
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'proven', source: { column: 'customers.id' } })
  })

  test('with slow bodies: pauses of a second mean nothing where the source is known', () => {
    const { db, unit, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) db.query(selectCustomer, [id], { pauseMillis: 1_000 })
    unit.end()
    expect(finding('n_plus_one')?.evidence.count).toBe(12)
  })

  test('with values that come several times: an N+1, no duplicates', () => {
    const { db, unit, kinds, finding } = simulate()
    const authors = scattered.slice(0, 8)
    const comments = Array.from({ length: 24 }, (_, i) => authors[(i * 5) % 8])
    db.query('SELECT id, author_id FROM comments', [], {
      rows: comments.map((author_id, i) => ({ id: 500_000 + 7 * i, author_id })),
    })
    for (const author of comments) db.query('SELECT * FROM users WHERE id = $1', [author])
    unit.end()
    expect(finding('n_plus_one')?.evidence).toMatchObject({ count: 24, distinct: 8, coverage: '8 of 8' })
    expect(kinds()).toEqual(['n_plus_one'])
  })

  test('over a sorted list, where equal values come first: still no duplicates', () => {
    const { db, unit, insights } = simulate()
    const authors = scattered.slice(0, 8).sort((a, b) => a - b)
    const comments = authors.flatMap((author) => [author, author, author])
    db.query('SELECT id, author_id FROM comments ORDER BY author_id', [], {
      rows: comments.map((author_id, i) => ({ id: 500_000 + 7 * i, author_id })),
    })
    for (const author of comments) db.query('SELECT * FROM users WHERE id = $1', [author])
    unit.end()
    expect(insights.findings().map(({ kind }) => kind)).toEqual(['n_plus_one'])
  })

  test('of small ids by the names of the columns', () => {
    const { db, unit, finding } = simulate()
    db.query('SELECT id FROM posts ORDER BY id', [], { rows: column('id', [1, 2, 3, 4, 5, 6]) })
    for (let id = 1; id <= 6; id++) db.query('SELECT * FROM comments WHERE post_id = $1', [id])
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'proven', source: { column: 'posts.id' } })
  })

  test('of small ids by the order of the rows, if they are in no order themselves', () => {
    const { db, unit, finding } = simulate()
    const owners = [7, 2, 11, 4, 9, 1, 12, 3, 8, 5]
    db.query('SELECT owner FROM tickets ORDER BY created_at', [], { rows: column('owner', owners) })
    for (const owner of owners) db.query('SELECT * FROM members WHERE number = $1', [owner])
    unit.end()
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })

  test('of a loop that asks for two columns of each row', () => {
    const { db, unit, finding } = simulate()
    const closers = scattered.map((id) => id + 200_000)
    db.query('SELECT id, opened_by, closed_by FROM tickets', [], {
      rows: scattered.map((opened_by, i) => ({ id: 70_001 + 13 * i, opened_by, closed_by: closers[i] })),
    })
    for (const [i, id] of scattered.entries()) {
      db.query(selectCustomer, [id], { site: siteAt('load', 5) })
      db.query(selectCustomer, [closers[i]], { site: siteAt('load', 6) })
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({
      tier: 'proven',
      evidence: { count: 24, coverage: '24 of 24' },
      source: { column: expect.stringMatching(/^tickets\.(opened|closed)_by$/) },
    })
  })

  test('of a fan-out in a fan-out: all lists are there before the first of them is gone through', () => {
    const { db, unit, insights } = simulate()
    const orderIds = Array.from({ length: 120 }, (_, i) => 5_000 + 37 * i)
    db.query('SELECT id FROM orders', [], { rows: column('id', orderIds) })
    for (const order of orderIds) {
      const rows = [1, 2].map((n) => ({ id: 31_000 + 10 * order + n, order_id: order }))
      db.query('SELECT id, order_id FROM order_items WHERE order_id = $1', [order], { rows })
    }
    for (const order of orderIds.slice(0, 40)) {
      db.query('SELECT * FROM returns WHERE order_item_id = $1', [31_000 + 10 * order + 1])
    }
    unit.end()
    const found = insights.findings().find(({ summary }) => summary === 'SELECT returns')
    expect(found).toMatchObject({ tier: 'proven', source: { column: 'order_items.id' } })
  })

  test('over pages: each page feeds the values that follow it', () => {
    const { db, unit, finding } = simulate()
    for (let page = 0; page < 4; page++) {
      const ids = scattered.map((id) => id + 100_000 * page)
      db.query('SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT 12', [page], {
        rows: column('id', ids),
      })
      for (const id of ids) db.query('SELECT * FROM invoices WHERE order_id = $1', [id])
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({
      tier: 'proven',
      evidence: { count: 48, coverage: '48 of 48' },
    })
  })

  test('of the latest row of each: the fix says so', () => {
    const { db, unit, finding } = simulate()
    db.query('SELECT id FROM customers', [], { rows: column('id', scattered) })
    for (const id of scattered) {
      db.query('SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 1', [id])
    }
    unit.end()
    expect(finding('n_plus_one')?.fix).toContain('DISTINCT ON (customer_id)')
  })
})

describe('a coincidence of values is no proof', () => {
  test('constants 1 to 6 after a list that holds them are not reported', () => {
    const { db, unit, kinds } = simulate()
    db.query('SELECT id FROM products ORDER BY id', [], { rows: column('id', [1, 2, 3, 4, 5, 6, 7, 8]) })
    for (let id = 1; id <= 6; id++) db.query('SELECT * FROM settings WHERE id = $1', [id])
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('an id compared with a reference to some other table needs more than its name', () => {
    const { db, unit, kinds } = simulate()
    db.query('SELECT category_id FROM products', [], { rows: column('category_id', [1, 2, 3, 4, 5, 6]) })
    for (let id = 1; id <= 6; id++) db.query('SELECT * FROM settings WHERE id = $1', [id])
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('what holds the values without proof is reported once it grew with its source in three units', () => {
    const { db, finding } = simulate()
    const sizes = [6, 9, 7]
    for (const size of sizes) {
      expect(finding('n_plus_one')).toBeUndefined()
      db.unit = new UnitOfWork('http', 'GET /tickets')
      const owners = Array.from({ length: size }, (_, i) => i + 1)
      db.query('SELECT owner FROM tickets ORDER BY owner', [], { rows: column('owner', owners) })
      for (const owner of owners) db.query('SELECT * FROM members WHERE number = $1', [owner])
      db.unit.end()
    }
    expect(finding('n_plus_one')).toMatchObject({
      tier: 'likely',
      severity: 'info',
      source: { column: 'tickets.owner' },
    })
  })

  test('numbers of executions that have nothing to do with the length of the list are not growth', () => {
    const { db, kinds } = simulate()
    for (const size of [5, 6, 7, 8]) {
      db.unit = new UnitOfWork('http', 'GET /tickets')
      const owners = Array.from({ length: 20 }, (_, i) => i + 1)
      db.query('SELECT owner FROM tickets ORDER BY owner', [], { rows: column('owner', owners) })
      for (const owner of owners.slice(0, size)) db.query('SELECT * FROM members WHERE number = $1', [owner])
      db.unit.end()
    }
    expect(kinds()).toEqual([])
  })

  test('a fan-out over the same six constants never grows, and is called what it is in the end', () => {
    const { db, kinds } = simulate()
    for (let n = 0; n < 30; n++) {
      db.unit = new UnitOfWork('http', 'GET /tickets')
      db.query('SELECT owner FROM tickets ORDER BY owner', [], { rows: column('owner', [1, 2, 3, 4, 5, 6]) })
      for (let owner = 1; owner <= 6; owner++) db.query('SELECT * FROM members WHERE number = $1', [owner])
      db.unit.end()
    }
    expect(kinds()).toEqual(['constant_fanout'])
  })
})

describe('values that could be constants of the code are proven by the names of columns only', () => {
  const statuses = [3, 1, 4, 1, 5, 2, 3, 5]
  const selectStatuses = 'SELECT id, status_id FROM orders'
  const countOfStatus = 'SELECT count(*) FROM orders WHERE status_id = $1'
  const rows = statuses.map((status_id, i) => ({ id: 70_001 + 13 * i, status_id }))

  function tierAfter(asked: readonly number[]): string | undefined {
    const { db, unit, finding } = simulate()
    db.query(selectStatuses, [], { rows })
    for (const status of asked) db.query(countOfStatus, [status])
    unit.end()
    return finding('n_plus_one')?.tier
  }

  test('where a list that repeats them was gone through in its order', () => {
    expect(tierAfter(statuses)).toBe('proven')
    expect(tierAfter([3, 1, 4, 5, 2])).toBe('proven')
  })

  test('but not where all of them were asked for in an order of their own', () => {
    expect(tierAfter([1, 2, 3, 4, 5])).toBeUndefined()
  })

  test('where every row of a list without repetitions was asked about, in whatever order', () => {
    const { db, unit, finding } = simulate()
    db.query('SELECT id FROM posts', [], { rows: column('id', [4, 1, 6, 2, 5, 3]) })
    for (const id of [1, 2, 3, 4, 5, 6]) db.query('SELECT * FROM comments WHERE post_id = $1', [id])
    unit.end()
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })

  test('but not where a longer list only happens to have them', () => {
    const { db, unit, kinds } = simulate()
    db.query('SELECT id FROM posts', [], { rows: column('id', [1, 2, 3, 4, 5, 6, 7, 8, 9]) })
    for (const id of [1, 2, 3, 4, 5, 6]) db.query('SELECT * FROM comments WHERE post_id = $1', [id])
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('nor where they rise as those of the list do, which has each of them in turn', () => {
    const { db, unit, kinds } = simulate()
    const inTurn = Array.from({ length: 20 }, (_, i) => ({ id: 70_001 + 13 * i, status_id: 1 + (i % 5) }))
    db.query(selectStatuses, [], { rows: inTurn })
    for (const status of [1, 2, 3, 4, 5]) db.query(countOfStatus, [status])
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('as numbers are that are compared with a column of words', () => {
    const { db, unit, kinds } = simulate()
    const codes = [200, 201, 301, 404, 500, 503]
    db.query('SELECT id, code FROM requests', [], {
      rows: Array.from({ length: 24 }, (_, i) => ({ id: 70_001 + 13 * i, code: codes[i % 6] })),
    })
    for (const code of codes) db.query('SELECT * FROM texts WHERE code = $1', [code])
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('and twenty of them are no constants', () => {
    const { db, finding } = simulate()
    const ids = Array.from({ length: 40 }, (_, i) => i + 1)
    db.query('SELECT id FROM posts ORDER BY id', [], { rows: column('id', ids) })
    for (const id of ids.slice(0, 20)) db.query('SELECT * FROM comments WHERE post_id = $1', [id])
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })
})

describe('a loop over what could be constants of the code', () => {
  const lookUp = 'SELECT value FROM settings WHERE name = $1'
  const severityAfter = (...units: (readonly string[])[]): string | undefined => {
    const { db, finding } = simulate()
    for (const names of units) {
      db.unit = new UnitOfWork('http', 'GET /settings')
      for (const name of names) db.query(lookUp, [name], { site: siteAt('load') })
      db.unit.end()
    }
    return finding('n_plus_one')?.severity
  }
  const names = ['theme', 'locale', 'plan', 'region', 'quota', 'beta']

  test('is information, however often the same ones come', () => {
    expect(severityAfter(names)).toBe('info')
    expect(severityAfter(names, [...names].reverse(), names)).toBe('info')
  })

  test('is a warning once they were others', () => {
    expect(severityAfter(names, [...names.slice(1), 'currency'])).toBe('warning')
  })
})

test('calls from several places stay that, in however many requests at once', () => {
  const { db, kinds } = simulate()
  const units = Array.from({ length: 8 }, () => new UnitOfWork('http', 'GET /ticket'))
  for (let place = 0; place < 6; place++) {
    for (const unit of units) {
      db.unit = unit
      db.query(selectCustomer, [scattered[place]], { site: { ...siteAt('findCustomer'), path: place } })
    }
  }
  for (const unit of units) unit.end()
  expect(kinds()).toEqual([])
})

test('nor where they come in another order in each of them', () => {
  const { db, kinds } = simulate()
  const units = Array.from({ length: 9 }, () => new UnitOfWork('http', 'GET /ticket'))
  for (const unit of units) {
    db.unit = unit
    db.query('SELECT id FROM customers', [], { rows: column('id', scattered) })
  }
  for (let n = 0; n < 5; n++) {
    for (let turn = 0; turn < 9; turn++) {
      const request = (turn - n + 9) % 9
      const place = n < 2 ? n : 2 + ((n - 2 + request) % 3)
      db.unit = units[request]
      db.query(selectCustomer, [scattered[place]], { site: { ...siteAt('findCustomer'), path: place } })
    }
  }
  for (const unit of units) unit.end()
  expect(kinds()).toEqual([])
})

test('five calls of a finder from five places are no loop, although a list holds what they ask for', () => {
  const { db, unit, kinds } = simulate()
  db.query('SELECT id FROM customers', [], { rows: column('id', scattered) })
  for (const i of [4, 0, 7, 2, 9]) {
    db.query(selectCustomer, [scattered[i]], { site: { ...siteAt('findCustomer'), path: i } })
  }
  unit.end()
  expect(kinds()).toEqual([])
})

describe('an N+1 is recursive when its values came out of its own rows', () => {
  test('from parent to children', () => {
    const { db, unit, finding } = simulate()
    const children: Record<number, number[]> = {
      1: [2, 3],
      2: [4, 5],
      3: [6, 7],
      4: [8],
      5: [],
      6: [9],
      7: [],
    }
    for (let id = 1; id <= 7; id++) {
      db.query('SELECT id FROM categories WHERE parent_id = $1', [id], {
        rows: column('id', children[id] ?? []),
      })
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'recursive', source: { column: 'categories.id' } })
  })

  test('from row to next row', () => {
    const { db, unit, finding } = simulate()
    for (let i = 0; i < 7; i++) {
      db.query('SELECT id, next_id FROM steps WHERE id = $1', [scattered[i]], {
        rows: [{ id: scattered[i], next_id: scattered[i + 1] }],
      })
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ tier: 'recursive', source: { column: 'steps.next_id' } })
  })
})

describe('an N+1 without a source is strong when one place in the code makes it', () => {
  test('in a loop', () => {
    const { db, unit, finding } = simulate()
    for (const id of scattered) {
      db.query(selectCustomer, [id], { rows: [{ id }], site: siteAt('load', 30, 'drizzle-orm') })
    }
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({
      tier: 'strong',
      severity: 'warning',
      source: undefined,
      fix: expect.stringContaining('inArray'),
    })
  })

  test.each([
    ['from different functions', (i: number) => ({ site: siteAt(`load${i}`) })],
    ['with pauses of a poller', () => ({ site: siteAt('poll'), pauseMillis: 400 })],
    ['without call sites', () => ({})],
  ])('%s it is not reported', (_, conditions) => {
    const { db, unit, kinds } = simulate()
    for (const [i, id] of scattered.entries()) db.query(selectCustomer, [id], conditions(i))
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('in a loop over a function', () => {
    const { db, unit, finding } = simulate()
    for (const id of scattered) db.query('SELECT get_posts($1)', [id], { site: siteAt('load') })
    unit.end()
    expect(finding('n_plus_one')?.tier).toBe('strong')
  })

  test.each<[string, (n: number) => boolean]>([
    ['a free name', (n) => n < 6],
    ['the first match', (n) => n === 6],
  ])('a search for %s is no loop over data', (_, exists) => {
    const { db, unit, kinds } = simulate()
    for (let n = 0; n < 7; n++) {
      const rows = exists(n) ? [{ exists: 1 }] : []
      db.query('SELECT 1 FROM posts WHERE slug = $1', [`my-post-${n}`], { rows, site: siteAt('freeSlug') })
    }
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('a finder that is called from places with different statements around is no loop', () => {
    const { db, unit, kinds } = simulate()
    const around = [
      'SELECT * FROM sessions',
      'SELECT * FROM roles',
      'SELECT * FROM rules',
      'SELECT * FROM teams',
      'SELECT * FROM plans',
    ]
    for (const [i, statement] of around.entries()) {
      db.query(selectCustomer, [scattered[i]], { site: siteAt('findUser') })
      db.query(statement)
    }
    unit.end()
    expect(kinds()).toEqual([])
  })
})

describe('call sites are asked for sparingly', () => {
  test('of the third, fourth and fifth execution of a repeated statement only', () => {
    const { db } = simulate()
    const asked = scattered.map((id) => {
      const query = db.start(selectCustomer, [id])
      db.settle(query)
      return query.asked
    })
    expect(asked).toEqual([0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
  })

  test('a finding waits for the answer, but only until the event loop turns', async () => {
    const { db, finding } = simulate()
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered.slice(0, 4)) db.query(selectCustomer, [id])
    const fifth = db.start(selectCustomer, [scattered[4]])
    fifth.answer = () => {}
    db.settle(fifth)
    expect(finding('n_plus_one')).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
    expect(finding('n_plus_one')).toMatchObject({ tier: 'proven', callSite: undefined })
  })
})

describe('repetitions on purpose are no N+1', () => {
  const pages = [0, 1, 2, 3, 4, 5, 6]

  test.each<[string, (simulation: ReturnType<typeof simulate>) => void]>([
    [
      'pages by offset',
      ({ db }) => {
        for (const page of pages)
          db.query('SELECT * FROM orders WHERE shop_id = $1 LIMIT 50 OFFSET $2', [7, page])
      },
    ],
    [
      'pages by key, also where the key is compared for equality',
      ({ db }) => {
        const text =
          'SELECT id, created_on FROM orders WHERE created_on < $1 OR (created_on = $1 AND id < $2) ORDER BY created_on, id LIMIT 2'
        for (const page of pages) {
          const [date, id] = [20_000 - page, 90_000 - 101 * page]
          db.query(text, [date, id], {
            rows: [
              { id: id - 7, created_on: date },
              { id: id - 101, created_on: date - 1 },
            ],
            site: siteAt('export'),
          })
        }
      },
    ],
    [
      'pages by a cursor that is looked up by its key',
      ({ db }) => {
        const text =
          'SELECT id FROM orders WHERE id >= (SELECT id FROM orders WHERE id = $1) ORDER BY id LIMIT 3'
        for (const page of pages) {
          const last = 50_000 + 300 * page
          db.query(text, [last], {
            rows: column('id', [last, last + 150, last + 300]),
            site: siteAt('export'),
          })
        }
      },
    ],
    [
      'batches of an array',
      ({ db }) => {
        for (const n of pages) db.query('SELECT * FROM users WHERE id = ANY($1)', [[n, n + 100, n + 200]])
      },
    ],
    [
      'batches of lists of any length',
      ({ db }) => {
        for (const n of pages) {
          const list = Array.from({ length: n + 1 }, (_, i) => `$${i + 1}`).join(', ')
          db.query(`SELECT * FROM users WHERE id IN (${list})`, scattered.slice(0, n + 1))
        }
      },
    ],
    [
      'batches, some of which have one member',
      ({ db }) => {
        for (const n of pages) {
          db.query('SELECT * FROM users WHERE id = ANY($1)', [[scattered[n]]], { site: siteAt('batch') })
          db.query('SELECT * FROM users WHERE id = ANY($1)', [[n, n + 1]], { site: siteAt('batch') })
        }
      },
    ],
    [
      'rows that are locked',
      ({ db }) => {
        for (const id of scattered) db.query('SELECT * FROM jobs WHERE id = $1 FOR UPDATE SKIP LOCKED', [id])
      },
    ],
    [
      'items with a transaction each',
      ({ db }) => {
        for (const id of scattered) {
          db.query('BEGIN')
          db.query(selectCustomer, [id], { site: siteAt('process') })
          db.query('COMMIT')
        }
      },
    ],
    [
      'items that are written to before the next one is read',
      ({ db }) => {
        for (const id of scattered) {
          db.query(selectCustomer, [id], { site: siteAt('process') })
          db.query('UPDATE customers SET seen = now() WHERE id = $1', [id])
        }
      },
    ],
    [
      'ranges',
      ({ db }) => {
        for (const n of pages) {
          db.query('SELECT count(*) FROM orders WHERE at >= $1 AND at < $2', [n, n + 1], {
            site: siteAt('report'),
          })
        }
      },
    ],
    [
      'patterns',
      ({ db }) => {
        for (const n of pages)
          db.query('SELECT * FROM orders WHERE name LIKE $1', [`a${n}%`], { site: siteAt('find') })
      },
    ],
    [
      'functions with an effect',
      ({ db }) => {
        for (const n of pages) db.query('SELECT pg_advisory_lock($1)', [n], { site: siteAt('lock') })
      },
    ],
    [
      'the catalogue',
      ({ db }) => {
        for (const n of pages)
          db.query('SELECT * FROM pg_class WHERE oid = $1', [n], { site: siteAt('introspect') })
      },
    ],
    [
      'four items',
      ({ db }) => {
        for (const id of scattered.slice(0, 4)) db.query(selectCustomer, [id], { site: siteAt('load') })
      },
    ],
    [
      'retries',
      ({ db }) => {
        for (const _ of pages) {
          db.query(selectCustomer, [7], { error: { code: '40001' }, site: siteAt('load'), pauseMillis: 300 })
        }
      },
    ],
    [
      'migrations',
      ({ db }) => {
        db.query('CREATE TABLE schema_migrations (name text)')
        for (const id of scattered) {
          db.query('SELECT * FROM schema_migrations WHERE name = $1', [id], { site: siteAt('migrate') })
        }
      },
    ],
    [
      'statements that say so',
      ({ db }) => {
        for (const id of scattered) {
          db.query(`${selectCustomer} /* pgspan:ignore n_plus_one */`, [id], { site: siteAt('load') })
        }
      },
    ],
  ])('%s', (_, act) => {
    const simulation = simulate()
    act(simulation)
    simulation.unit.end()
    expect(simulation.kinds().filter((kind) => kind !== 'write_loop')).toEqual([])
  })

  test('the same statement on different databases is not one repetition', () => {
    const { db, unit, kinds } = simulate()
    for (const [i, id] of scattered.entries()) {
      const connection = new Connection(100 + i, { ...db.target, namespace: `tenant_${i}` })
      db.query(selectCustomer, [id], { connection, site: siteAt('load') })
    }
    unit.end()
    expect(kinds()).toEqual([])
  })

  test('a transaction around the whole loop hides nothing', () => {
    const { db, unit, finding } = simulate()
    db.query('BEGIN')
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) db.query(selectCustomer, [id])
    db.query('COMMIT')
    unit.end()
    expect(finding('n_plus_one')?.tier).toBe('proven')
  })
})

describe('severity', () => {
  test('is critical from half a second of saving on', () => {
    const { db, unit, finding } = simulate({ slowQueryMillis: false })
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered) db.query(selectCustomer, [id], { millis: 60 })
    unit.end()
    expect(finding('n_plus_one')).toMatchObject({ severity: 'critical', evidence: { savedMillis: 660 } })
  })
})

test('an N+1 of 200 rows has its true count', () => {
  const { db, unit, finding } = simulate()
  const ids = Array.from({ length: 200 }, (_, i) => (i * 7919) % 100_003)
  db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
  for (const id of ids) db.query('SELECT * FROM orders WHERE customer_id = $1', [id])
  unit.end()
  expect(finding('n_plus_one')?.evidence).toMatchObject({ count: 200, distinct: 200, coverage: '64 of 64' })
})

test('how many different values make an N+1 may differ by the kind of work', () => {
  const { db, insights } = simulate({ nPlusOneThreshold: { http: 3, job: false, outside: 2 } })
  for (const kind of ['http', 'job', 'trace'] as const) {
    db.unit = new UnitOfWork(kind, kind)
    db.query(selectOrders, [], { rows: orders(scattered) })
    for (const id of scattered.slice(0, 4)) db.query(selectCustomer, [id])
    db.unit.end()
  }
  expect(insights.findings().map(({ kind, unit }) => [kind, unit])).toEqual([['n_plus_one', 'http']])
})
