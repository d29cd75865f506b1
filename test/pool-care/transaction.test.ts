import { type ClientOf, retryIdempotent, withTransaction } from '@pgspan/pool-care'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase(
  'CREATE TABLE account (id int PRIMARY KEY, balance int); INSERT INTO account VALUES (1, 100), (2, 100)',
)
let pool: pg.Pool
beforeAll(() => {
  pool = new pg.Pool({ connectionString: database().connectionString, max: 4 })
})
afterAll(() => pool.end())

const sum = async (): Promise<number> =>
  (await pool.query('SELECT sum(balance)::int AS sum FROM account')).rows[0].sum

describe('withTransaction', () => {
  test('commits what it returns from, and gives the client of the pool’s own type', async () => {
    const before = await sum()
    const answer = await withTransaction(pool, async (client) => {
      expectTypeOf(client).toEqualTypeOf<pg.PoolClient>()
      await client.query('UPDATE account SET balance = balance + $1 WHERE id = 1', [5])
      return 42
    })
    expect(answer).toBe(42)
    expect(await sum()).toBe(before + 5)
    expect(pool.idleCount).toBe(pool.totalCount)
  })

  test('rolls back what throws, and throws the same error', async () => {
    const before = await sum()
    const error = new Error('no')
    const failed = withTransaction(pool, async (client) => {
      await client.query('UPDATE account SET balance = 0')
      throw error
    })
    await expect(failed).rejects.toBe(error)
    expect(await sum()).toBe(before)
  })

  test('runs the whole again after a serialization failure', async () => {
    const before = await sum()
    let runs = 0
    let haveBothRead = (): void => {}
    const bothHaveRead = new Promise<void>((resolve) => {
      haveBothRead = resolve
    })
    // Each reads all and writes one: neither can be before the other.
    const transfer = (from: number): Promise<unknown> =>
      withTransaction(
        pool,
        async (client) => {
          runs++
          const { rows } = await client.query('SELECT sum(balance)::int AS sum FROM account')
          if (runs === 2) haveBothRead()
          await bothHaveRead
          await client.query('UPDATE account SET balance = $1 - 100 WHERE id = $2', [rows[0].sum, from])
        },
        { isolationLevel: 'serializable', retry: 10 },
      )
    await Promise.all([transfer(1), transfer(2)])
    expect(runs).toBeGreaterThan(2)
    expect(await sum()).not.toBe(before)
  })

  test('runs the whole again after a deadlock', async () => {
    let runs = 0
    const lockBoth = (first: number, second: number): Promise<unknown> =>
      withTransaction(pool, async (client) => {
        runs++
        await client.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [first])
        await new Promise((resolve) => setTimeout(resolve, 50))
        await client.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [second])
      })
    await Promise.all([lockBoth(1, 2), lockBoth(2, 1)])
    expect(runs).toBeGreaterThan(2)
  })

  test('gives up after as many retries as it may make', async () => {
    let runs = 0
    const failing = withTransaction(
      pool,
      async (client) => {
        runs++
        await client.query("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
      },
      { retry: 2 },
    )
    await expect(failing).rejects.toMatchObject({ code: '40001' })
    expect(runs).toBe(3)
  })

  test('a lost answer to COMMIT is not tried again, and its connection is closed', async () => {
    let runs = 0
    const lost = withTransaction(pool, async (client) => {
      runs++
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
      client.on('error', () => {})
      await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
      await new Promise((resolve) => setTimeout(resolve, 30))
    })
    await expect(lost).rejects.toThrow()
    expect(runs).toBe(1)
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('READ ONLY is the server’s to enforce', async () => {
    const writing = withTransaction(pool, (client) => client.query('DELETE FROM account'), { readOnly: true })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
  })

  test.each([
    [{ retry: -1 }, 'retry must be a whole number from 0, got -1'],
    [{ isolationLevel: 'snapshot' }, "isolationLevel must be one of 'read committed'"],
    [{ retries: 3 }, 'unknown option retries'],
  ])('%j is refused', async (options, message) => {
    await expect(withTransaction(pool, async () => {}, options as object)).rejects.toThrow(message)
  })
})

test('retryIdempotent refuses a number of attempts that is none', async () => {
  await expect(retryIdempotent(async () => {}, 0)).rejects.toThrow(TypeError)
})

test('the type of the clients is read from the pool', () => {
  expectTypeOf<
    ClientOf<{ connect(): Promise<{ query(text: string): Promise<1>; release(): void }> }>
  >().toExtend<{
    release(): void
  }>()
})
