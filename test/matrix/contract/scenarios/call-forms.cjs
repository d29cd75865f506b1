const { outcomeOf, outcomeOfCallback } = require('../outcome.cjs')

const plain = 'SELECT 1 AS n'
const text = 'SELECT $1::int AS n'
const one = { name: 'SELECT', text: 'SELECT ? AS n' }
const withValue = { name: 'SELECT', text }

/** Every way to call `query`, on a client and on a pool alike. */
const forms = {
  '(text)': [one, (on) => outcomeOf(on.query(plain))],
  '(text, values)': [withValue, (on) => outcomeOf(on.query(text, [7]))],
  '(text, callback)': [one, (on) => outcomeOfCallback((callback) => on.query(plain, callback))],
  '(text, values, callback)': [
    withValue,
    (on) => outcomeOfCallback((callback) => on.query(text, [7], callback)),
  ],
  '(config)': [withValue, (on) => outcomeOf(on.query({ text, values: [7] }))],
  '(config, values)': [withValue, (on) => outcomeOf(on.query({ text }, [7]))],
  '(config, callback)': [
    withValue,
    (on) => outcomeOfCallback((callback) => on.query({ text, values: [7] }, callback)),
  ],
  '(config in array mode)': [withValue, (on) => outcomeOf(on.query({ text, values: [7], rowMode: 'array' }))],
  '(several statements)': [
    { name: 'SELECT; SELECT', text: 'SELECT ?; SELECT ?' },
    (on) => outcomeOf(on.query('SELECT 1; SELECT 2')),
  ],
  '(empty text)': [{ name: undefined, text: undefined }, (on) => outcomeOf(on.query(''))],
}

const scenarios = Object.entries(forms).flatMap(([form, [span, run]]) => [
  { name: `client.query${form}`, spans: [span], run: async ({ connect }) => run(await connect()) },
  { name: `pool.query${form}`, spans: [span], run: ({ pool }) => run(pool({ max: 1 })) },
])

/** The order in which a promise settles and ticks pass that are counted from the server's message that settles it. */
async function ticksUntilSettled(connection, message, query) {
  const order = []
  const ticked = new Promise((resolve) => {
    connection.once(message, async () => {
      for (let tick = 0; tick < 10; tick++) {
        await undefined
        order.push(tick)
      }
      resolve()
    })
  })
  const settle = () => order.push('settled')
  await Promise.all([query().then(settle, settle), ticked])
  return order
}

module.exports = [
  ...scenarios,
  {
    name: 'client.query(config with a callback)',
    spans: [withValue],
    run: async ({ connect }) => {
      const client = await connect()
      return outcomeOfCallback((callback) => client.query({ text, values: [7], callback }))
    },
  },
  {
    name: 'a named statement, prepared and used again',
    // A server connection of a shared pool may not know the statement, or know it already.
    needs: 'session',
    spans: [
      { ...withValue, statement: 'seven' },
      { ...withValue, statement: 'seven' },
    ],
    run: async ({ connect }) => {
      const client = await connect()
      const query = { name: 'seven', text, values: [7] }
      return [await outcomeOf(client.query(query)), await outcomeOf(client.query(query))]
    },
  },
  {
    name: 'queries at once on one client settle in the order of the bare driver',
    spans: [one, withValue, { ...one, error: '22012', text: 'SELECT ?/?' }, one],
    run: async ({ connect }) => {
      const client = await connect()
      const order = []
      const note = (name) => () => order.push(name)
      const answers = [
        client.query(plain),
        client.query(text, [7]),
        client.query('SELECT 1/0'),
        client.query(plain),
      ]
      await Promise.all([
        ...answers.map((answer, i) => answer.then(note(`${i} resolved`), note(`${i} rejected`))),
        answers[0].then(() => Promise.resolve().then(note('a tick after 0'))),
      ])
      return order
    },
  },
  ...['client', 'pool'].map((entry) => ({
    name: `promises of ${entry}.query settle at the tick of the bare driver`,
    spans: [one, { ...one, error: '22012', text: 'SELECT ?/?' }],
    run: async ({ connect, pool }) => {
      const shared = pool({ max: 1 })
      const client = entry === 'client' ? await connect() : await shared.connect()
      if (entry === 'pool') client.release()
      const on = entry === 'client' ? client : shared
      return [
        await ticksUntilSettled(client.connection, 'readyForQuery', () => on.query(plain)),
        await ticksUntilSettled(client.connection, 'errorMessage', () => on.query('SELECT 1/0')),
      ]
    },
  })),
  {
    name: 'client.query(null) throws',
    spans: [],
    run: async ({ connect }) => {
      const client = await connect()
      try {
        client.query(null)
      } catch (error) {
        return [error.name, error.message]
      }
    },
  },
]
