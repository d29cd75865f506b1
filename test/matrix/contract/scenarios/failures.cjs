const { outcomeOf, outcomeOfCallback } = require('../outcome.cjs')

const division = { name: 'SELECT', text: 'SELECT ?/?', error: '22012' }
const sleeping = { name: 'SELECT', text: 'SELECT pg_sleep(?)' }

module.exports = [
  ...['client', 'pool'].map((entry) => ({
    name: `errors of ${entry}.query`,
    spans: [
      division,
      division,
      { name: 'SELECT no_such_table', text: 'SELECT * FROM no_such_table', error: '42P01' },
      { name: 'SELECT', text: 'SELECT ?::int', error: '22P02' },
    ],
    run: async ({ connect, pool }) => {
      const on = entry === 'client' ? await connect() : pool({ max: 1 })
      return [
        await outcomeOf(on.query('SELECT 1/0')),
        await outcomeOfCallback((callback) => on.query('SELECT 1/0', callback)),
        await outcomeOf(on.query('SELECT * FROM no_such_table')),
        await outcomeOf(on.query("SELECT 'a secret'::int")),
      ]
    },
  })),
  {
    name: 'a value that cannot be sent, for a client and for a pool',
    needs: 'unsendable values',
    spans: Array(2).fill({ name: 'SELECT', text: 'SELECT $1::int', error: 'RangeError' }),
    run: async ({ connect, pool }) => {
      const unsendable = {
        toPostgres() {
          throw new RangeError('not today')
        },
      }
      return [
        await outcomeOf((await connect()).query('SELECT $1::int', [unsendable])),
        await outcomeOf(pool({ max: 1 }).query('SELECT $1::int', [unsendable])),
      ]
    },
  },
  {
    name: 'a query timeout, for a promise and for a callback',
    spans: [
      { ...sleeping, error: 'query_timeout' },
      { ...sleeping, error: 'query_timeout' },
    ],
    run: async ({ connect }) => {
      const slow = 'SELECT pg_sleep(0.2)'
      const [first, second] = [await connect({ query_timeout: 30 }), await connect({ query_timeout: 30 })]
      return [
        await outcomeOf(first.query(slow)),
        await outcomeOfCallback((callback) => second.query(slow, callback)),
      ]
    },
  },
  {
    name: 'a lost connection, for the running query, the waiting one and one after',
    spans: [{ ...sleeping, error: 'as seen' }, ...Array(2).fill({ name: 'SELECT', error: 'as seen' })],
    run: async ({ connect, terminate }) => {
      const client = await connect()
      // Not `once` of node:events: it would reject, as an `error` comes first.
      const ended = new Promise((resolve) => client.once('end', resolve))
      const running = client.query('SELECT pg_sleep(60) /* to be terminated */')
      const waiting = client.query('SELECT 1')
      // Not awaited yet: the stacks of the errors tell what is awaited when they come.
      const terminated = terminate('SELECT pg_sleep(60) /* to be terminated */')
      const both = await Promise.all([outcomeOf(running), outcomeOf(waiting)])
      await terminated
      await ended
      return [...both, await outcomeOf(client.query('SELECT 1'))]
    },
  },
  {
    name: 'a query on a client that has ended',
    spans: [{ name: 'SELECT', error: 'client_closed' }],
    run: async ({ connect }) => {
      const client = await connect()
      await client.end()
      return outcomeOf(client.query('SELECT 1'))
    },
  },
  {
    name: 'a pool whose server is not there',
    spans: ['pg.connect', 'pg-pool.acquire'].map((name) => ({ name, error: 'ECONNREFUSED' })),
    unsent: 1,
    run: async ({ pool }) => outcomeOf(pool({ host: '127.0.0.1', port: 1 }).query('SELECT 1')),
  },
]
