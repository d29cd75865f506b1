const { once } = require('node:events')
const { outcomeOf } = require('../outcome.cjs')

const series = 'SELECT n FROM generate_series(1, $1::int) AS n'
const span = { name: 'SELECT generate_series', text: 'SELECT n FROM generate_series(?, $1::int) AS n' }
/** Fails at its 15th row. */
const failing = 'SELECT 1 / (15 - n) FROM generate_series(1, 30) AS n'
const failed = {
  name: 'SELECT generate_series',
  text: 'SELECT ? / (? - n) FROM generate_series(?, ?) AS n',
  error: '22012',
}

module.exports = [
  {
    name: 'a cursor, read to its end',
    spans: [{ ...span, rows: 30, rounds: 4 }],
    run: async ({ connect, Cursor }) => {
      const client = await connect()
      const cursor = client.query(new Cursor(series, [30]))
      const sizes = []
      for (let rows; rows?.length !== 0; sizes.push(rows.length)) rows = await cursor.read(10)
      return sizes
    },
  },
  {
    name: 'a cursor, closed early; the client goes on',
    spans: [
      { ...span, rows: 10, abandoned: true },
      { name: 'SELECT', text: 'SELECT ? AS n' },
    ],
    run: async ({ connect, Cursor }) => {
      const client = await connect()
      const cursor = client.query(new Cursor(series, [30]))
      const rows = await cursor.read(10)
      await cursor.close()
      return [rows, await outcomeOf(client.query('SELECT 1 AS n'))]
    },
  },
  {
    name: 'a cursor that fails',
    spans: [failed],
    run: async ({ connect, Cursor }) => {
      const client = await connect()
      return outcomeOf(client.query(new Cursor(failing)).read(30))
    },
  },
  {
    name: 'a query stream, read to its end',
    spans: [{ ...span, rows: 30 }],
    run: async ({ connect, QueryStream }) => {
      const client = await connect()
      return client.query(new QueryStream(series, [30], { batchSize: 10 })).toArray()
    },
  },
  {
    name: 'a query stream of a pooled client, left early; the client goes on',
    spans: [
      { ...span, abandoned: true },
      { name: 'SELECT', text: 'SELECT ? AS n' },
    ],
    run: async ({ pool, QueryStream }) => {
      const client = await pool({ max: 1 }).connect()
      for await (const _row of client.query(new QueryStream(series, [1000], { batchSize: 10 }))) break
      const after = await outcomeOf(client.query('SELECT 1 AS n'))
      client.release()
      return after
    },
  },
  {
    name: 'a query stream that fails',
    spans: [failed],
    run: async ({ connect, QueryStream }) => {
      const client = await connect()
      return outcomeOf(client.query(new QueryStream(failing, [], { batchSize: 10 })).toArray())
    },
  },
  {
    name: 'a Query object of the driver',
    spans: [{ name: 'SELECT', text: 'SELECT ? AS n', rows: 1 }],
    run: async ({ connect, pg }) => {
      const client = await connect()
      const query = client.query(new pg.Query('SELECT 1 AS n'))
      const rows = []
      query.on('row', (row) => rows.push(row))
      await once(query, 'end')
      return rows
    },
  },
]
