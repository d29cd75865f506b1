// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {import('pg').Pool} Pool
 * @typedef {(config: import('pg').PoolConfig) => Pool} OpenPool opens another pool of the shop's database
 */

/**
 * Mistakes that another part of the shop makes, as real services do.
 *
 * @typedef {object} ShopFault
 * @property {import('pg').PoolConfig} pool there from the beginning, beside the shop's own
 * @property {(pool: Pool, openPool: OpenPool) => Promise<unknown>} begin goes on until the process ends
 *
 * @type {Readonly<Record<string, ShopFault>>}
 */
export const shopFaults = {
  /** More requests than two connections serve, which do not wait for long. */
  pool_exhausted: {
    pool: { max: 2, connectionTimeoutMillis: 400 },
    begin: (pool) => {
      const visitor = () => forever(10, () => pool.query('SELECT pg_sleep(0.3)'))
      return Promise.all(Array.from({ length: 6 }, visitor))
    },
  },

  /** Queries that never end, and requests behind them. */
  hanging_queries: {
    pool: { max: 2 },
    begin: (pool) =>
      Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT pg_sleep(600)').catch(() => {}))),
  },

  /** Four connections are taken and forgotten; one comes back late. */
  leak: {
    pool: { max: 10 },
    async begin(pool) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
      for (const client of clients) await client.query('SELECT 1')
      await sleep(40_000)
      clients[0]?.release()
    },
  },

  /** Whoever has a connection needs a second one. */
  deadlock: {
    pool: { max: 2 },
    begin(pool) {
      const nested = async () => {
        const client = await pool.connect()
        await client.query('SELECT 1')
        await sleep(50)
        await pool.query('SELECT 2')
        client.release()
      }
      return Promise.all([nested(), nested()])
    },
  },

  /** Connections come back in a transaction, or with a query still running. */
  dirty_release: {
    pool: { max: 4 },
    begin: (pool) =>
      forever(500, async () => {
        const client = await pool.connect()
        await client.query('BEGIN')
        client.release()
        const other = await pool.connect()
        other.query('SELECT pg_sleep(0.05)').catch(() => {})
        other.release()
      }),
  },

  errors: {
    pool: { max: 2 },
    begin: (pool) => forever(100, () => pool.query('SELECT 1 / 0')),
  },

  slow_queries: {
    pool: { max: 4 },
    begin: (pool) => {
      const visitor = () => forever(100, () => pool.query('SELECT pg_sleep(0.7)'))
      return Promise.all([visitor(), visitor(), visitor(), visitor()])
    },
  },

  /** Once, something else is waited for in the middle of a transaction. */
  idle_in_transaction: {
    pool: { max: 2 },
    async begin(pool) {
      const client = await pool.connect()
      await client.query('BEGIN')
      await client.query('SELECT 1')
      await sleep(1_500)
      await client.query('COMMIT')
      client.release()
    },
  },

  /** A connection for every query. */
  churn: {
    pool: { max: 4, maxUses: 1 },
    begin: (pool) => forever(100, () => pool.query('SELECT 1')),
  },

  /** A pool that may have more connections than the server. */
  server_figures: {
    pool: { max: 2 },
    async begin(_, openPool) {
      const pool = openPool({ max: 1_000 })
      await forever(1_000, () => pool.query('SELECT 1'))
    },
  },
}

/** @param {number} pauseMillis @param {() => Promise<unknown>} act */
async function forever(pauseMillis, act) {
  for (;;) {
    await act().catch(() => {})
    await sleep(pauseMillis)
  }
}
