import type { Scenario } from '../scenario.js'

const alone = { isFixedSize: true, runsAlone: true, isSlow: true } as const

/** Who holds connections while asking for more. */
export const pools: readonly Scenario[] = [
  {
    name: 'a helper asks the pool while its caller holds a connection of it',
    ...alone,
    expected: [{ kind: 'nested_acquire' }],
    run: async (world) => {
      const pool = world.anotherPool({ max: 2 })
      await world.unit('nested', async () => {
        const client = await pool.connect()
        await client.query('BEGIN')
        await client.query('SELECT id FROM author LIMIT 1')
        await pool.query('SELECT count(*) FROM book')
        await client.query('COMMIT')
        client.release()
      })
      await pool.end()
    },
  },
  {
    name: 'three requests hold all of three connections, and each wants one more',
    ...alone,
    expected: [{ kind: 'pool_deadlock' }],
    tolerated: ['nested_acquire'],
    run: async (world) => {
      const pool = world.anotherPool({ max: 3, connectionTimeoutMillis: 2_500 })
      const request = () =>
        world.unit('deadlock', async () => {
          const client = await pool.connect()
          await client.query('BEGIN')
          await world.sleep(30)
          await pool.query('SELECT count(*) FROM book').catch(() => {})
          await client.query('ROLLBACK')
          client.release()
        })
      await Promise.all([request(), request(), request()])
      await pool.end()
    },
  },
  {
    name: 'a lock held on a pool that is there for locks',
    ...alone,
    expected: [],
    forbidden: ['nested_acquire', 'pool_deadlock'],
    run: async (world) => {
      const locks = world.anotherPool({ max: 1 })
      await world.unit('lock pool', async () => {
        const lock = await locks.connect()
        await lock.query('SELECT pg_advisory_lock(7)')
        await world.pool.query('SELECT count(*) FROM book')
        await lock.query('SELECT pg_advisory_unlock(7)')
        lock.release()
      })
      await locks.end()
    },
  },
]
