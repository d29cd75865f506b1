const { once } = require('node:events')
const { outcomeOf } = require('../outcome.cjs')

const requests = Array.from({ length: 10 }, (_, i) => i)

function queryByCallbacks(pool, text, values) {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (error) return reject(error)
      client.query(text, values, (queryError, result) => {
        release()
        if (queryError) reject(queryError)
        else resolve(result)
      })
    })
  })
}

module.exports = [
  {
    name: 'ten requests at once on a pool of two',
    spans: [],
    callers: requests.map((i) => ({
      name: `request ${i}`,
      spans: Array(3).fill({ name: 'SELECT', text: `SELECT $1::int AS request_${i}, pg_sleep(?)` }),
    })),
    run: async ({ pool, caller }) => {
      const shared = pool({ max: 2 })
      return Promise.all(
        requests.map((i) =>
          caller(`request ${i}`, async () => {
            const text = `SELECT $1::int AS request_${i}, pg_sleep(0.002)`
            const first = await outcomeOf(shared.query(text, [i]))
            const second = await outcomeOf(queryByCallbacks(shared, text, [i]))
            const client = await shared.connect()
            const third = await outcomeOf(client.query(text, [i]))
            client.release()
            return [first, second, third]
          }),
        ),
      )
    },
  },
  {
    name: 'a pool, looked at in each of its states',
    spans: [],
    run: async ({ pool, note }) => {
      const shared = pool({ max: 3 })
      const opening = shared.connect()
      await note({ used: 0, idle: 0, connecting: 1, pending: 1, limit: 3 })
      const first = await opening
      await note({ used: 1, idle: 0, connecting: 0, pending: 0, limit: 3 })
      const [second, third] = await Promise.all([shared.connect(), shared.connect()])
      const waiting = [shared.connect(), shared.connect()]
      await note({ used: 3, idle: 0, connecting: 0, pending: 2, limit: 3 })
      first.release()
      const fourth = await waiting[0]
      await note({ used: 3, idle: 0, connecting: 0, pending: 1, limit: 3 })
      second.release(true)
      const fifth = await waiting[1]
      await note({ used: 3, idle: 0, connecting: 0, pending: 0, limit: 3 })
      for (const client of [third, fourth, fifth]) client.release()
      await note({ used: 0, idle: 3, connecting: 0, pending: 0, limit: 3 })
      await shared.end()
      await note({ used: 0, idle: 0, connecting: 0, pending: 0, limit: 0 })
    },
  },
  {
    name: 'a wait for a connection that times out',
    spans: Array(2).fill({ name: 'pg-pool.acquire', error: 'pool_timeout' }),
    findings: ['pool_wait'],
    timeouts: 2,
    unsent: 1,
    run: async ({ pool }) => {
      const shared = pool({ max: 1, connectionTimeoutMillis: 500 })
      const client = await shared.connect()
      const outcomes = await Promise.all([outcomeOf(shared.connect()), outcomeOf(shared.query('SELECT 1'))])
      client.release()
      return outcomes
    },
  },
  {
    name: 'a loop over the rows of a query',
    spans: [
      { name: 'SELECT book', text: 'SELECT author_id FROM book' },
      ...Array(12).fill({ name: 'SELECT author', text: 'SELECT name FROM author WHERE id = $1' }),
    ],
    findings: ['n_plus_one'],
    run: async ({ pool }) => {
      const shared = pool({ max: 1 })
      const names = []
      const { rows } = await shared.query('SELECT author_id FROM book')
      for (const { author_id } of rows) {
        const answer = await shared.query('SELECT name FROM author WHERE id = $1', [author_id])
        names.push(answer.rows[0].name)
      }
      return names
    },
  },
  {
    name: 'a client that is given back to be closed',
    spans: [{ name: 'SELECT', text: 'SELECT ? AS n' }],
    run: async ({ pool }) => {
      const shared = pool({ max: 1 })
      const client = await shared.connect()
      const outcome = await outcomeOf(client.query('SELECT 1 AS n'))
      const removed = once(shared, 'remove')
      client.release(new Error('broken'))
      await removed
      return [outcome, shared.totalCount]
    },
  },
]
