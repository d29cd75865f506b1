import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { useFindings } from './support/findings-of-run.js'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY (START WITH 4711) PRIMARY KEY, customer text);
  CREATE TABLE items (id int GENERATED ALWAYS AS IDENTITY (START WITH 90000), order_id int, sku text, price int,
    version int NOT NULL DEFAULT 1);
  INSERT INTO items (order_id, sku, price) SELECT n, 'sku ' || n, 100 FROM generate_series(1, 40) n;
`)
const instrumentation = new PgInstrumentation()
const { foundIn, foundInEach } = useFindings()
const kinds = ['write_loop', 'autocommit_loop', 'zero_row_write', 'n_plus_one', 'duplicate_query'] as const
const insert = 'INSERT INTO items (order_id, sku, price) VALUES ($1, $2, $3)'
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1)
let pool: pg.Pool

beforeEach(() => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 4 })
})
afterEach(() => pool.end())
afterAll(() => instrumentation.disable())

async function transaction(work: (client: pg.PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  await client.query('BEGIN')
  await work(client)
  await client.query('COMMIT')
  client.release()
}

describe('a loop of writes', () => {
  test('is found for inserts in one transaction, with its line', async () => {
    const addItems = (client: pg.PoolClient): Promise<unknown> =>
      upTo(25).reduce<Promise<unknown>>(
        (before, n) => before.then(async () => await client.query(insert, [7, `new ${n}`, n])),
        Promise.resolve(),
      )
    const findings = await foundIn(() => transaction(addItems), ...kinds)
    expect(findings).toMatchObject([
      {
        kind: 'write_loop',
        evidence: { count: 25, rowByRow: false },
        summary: 'INSERT items',
        callSite: { file: expect.stringContaining('findings-writes.test.ts') },
      },
    ])
    expect(findings[0]?.severity).not.toBe('info')
  })

  test('is found for upserts, updates and deletes, at once or one after the other', async () => {
    const findings = await foundIn(async () => {
      for (const n of upTo(12)) await pool.query('UPDATE items SET price = $1 WHERE order_id = $2', [n, n])
      await Promise.all(upTo(12).map((n) => pool.query('DELETE FROM items WHERE order_id = $1', [n + 20])))
    }, 'write_loop')
    expect(findings.map(({ summary }) => summary).sort()).toEqual(['DELETE items', 'UPDATE items'])
  })

  test('is none for one statement of many rows, in chunks', async () => {
    const findings = await foundIn(
      async () => {
        for (const n of upTo(12)) {
          await pool.query('INSERT INTO items (order_id, sku) SELECT * FROM unnest($1::int[], $2::text[])', [
            [n, n],
            ['a', 'b'],
          ])
          await pool.query('UPDATE items SET price = 1 WHERE order_id = ANY($1)', [[n, n + 1]])
        }
      },
      ...kinds,
    )
    expect(findings).toEqual([])
  })

  test('is none where the next statement needs the id that was returned', async () => {
    const findings = await foundIn(
      async () => {
        for (const n of upTo(12)) {
          const { rows } = await pool.query('INSERT INTO orders (customer) VALUES ($1) RETURNING *', [
            `c ${n}`,
          ])
          await pool.query('INSERT INTO items (order_id, sku) VALUES ($1, $2)', [rows[0].id, 'one'])
        }
      },
      ...kinds,
    )
    expect(findings).toEqual([])
  })

  test('is found for the items of one order, whose returned id they all use', async () => {
    const findings = await foundIn(
      async () => {
        const { rows } = await pool.query('INSERT INTO orders (customer) VALUES ($1) RETURNING id', ['x'])
        for (const n of upTo(12)) await pool.query(`${insert} RETURNING *`, [rows[0].id, `s ${n}`, n])
      },
      ...kinds,
    )
    expect(findings).toMatchObject([{ kind: 'write_loop', summary: 'INSERT items' }])
  })
})

describe('a loop of short transactions', () => {
  test('is information', async () => {
    const findings = await foundIn(
      async () => {
        for (const n of upTo(12)) {
          await transaction((client) =>
            client.query('UPDATE items SET price = price + 1 WHERE order_id = $1', [n]),
          )
        }
      },
      ...kinds,
    )
    expect(findings).toMatchObject([
      {
        kind: 'autocommit_loop',
        severity: 'info',
        evidence: { count: 12, statements: 12 },
        callSite: { functionName: 'transaction' },
      },
    ])
  })

  test('is none where each item is locked first', async () => {
    const findings = await foundIn(
      async () => {
        for (const n of upTo(12)) {
          await transaction(async (client) => {
            await client.query('SELECT price FROM items WHERE order_id = $1 FOR UPDATE', [n])
            await client.query('UPDATE items SET price = price + 1 WHERE order_id = $1', [n])
          })
        }
      },
      ...kinds,
    )
    expect(findings).toEqual([])
  })
})

describe('a write that changes nothing', () => {
  test('is information for three different rows', async () => {
    const touch = (n: number) => (): Promise<unknown> =>
      pool.query('UPDATE items SET price = 5 WHERE sku = $1', [`gone ${n}`])
    const findings = await foundInEach(upTo(4).map(touch), ...kinds)
    expect(findings).toMatchObject([{ kind: 'zero_row_write', severity: 'info', summary: 'UPDATE items' }])
  })

  test('is none for retries of an optimistic lock, for what is put in otherwise, and for what changes rows', async () => {
    const findings = await foundIn(
      async () => {
        for (const version of [7, 8, 9, 1]) {
          await pool.query(
            'UPDATE items SET price = 2, version = version + 1 WHERE order_id = $1 AND version = $2',
            [3, version],
          )
        }
        for (const n of upTo(5)) {
          const { rowCount } = await pool.query('UPDATE orders SET customer = $1 WHERE id = $2', ['c', n])
          if (rowCount === 0) await pool.query('INSERT INTO orders (customer) VALUES ($1)', [`c ${n}`])
        }
        for (const n of upTo(5)) await pool.query('UPDATE items SET sku = $1 WHERE order_id = $2', ['s', n])
      },
      ...kinds,
    )
    expect(findings).toEqual([])
  })
})
