const { outcomeOf } = require('../outcome.cjs')

const begin = { name: 'BEGIN', text: 'BEGIN' }

module.exports = [
  {
    name: 'a transaction that commits, and one that is rolled back',
    needs: 'transactions',
    spans: [
      { name: 'DELETE entry', text: 'DELETE FROM entry' },
      begin,
      { name: 'INSERT entry', text: 'INSERT INTO entry VALUES ($1)' },
      { name: 'COMMIT', text: 'COMMIT' },
      begin,
      { name: 'INSERT entry', text: 'INSERT INTO entry VALUES ($1)', error: '23505' },
      { name: 'SELECT', text: 'SELECT ?', error: '25P02' },
      { name: 'ROLLBACK', text: 'ROLLBACK' },
      { name: 'SELECT entry', text: 'SELECT id FROM entry' },
    ],
    run: async ({ pool }) => {
      const client = await pool({ max: 1 }).connect()
      const outcomes = []
      for (const [text, values] of [
        ['DELETE FROM entry'],
        ['BEGIN'],
        ['INSERT INTO entry VALUES ($1)', [1]],
        ['COMMIT'],
        ['BEGIN'],
        ['INSERT INTO entry VALUES ($1)', [1]],
        ['SELECT 1'],
        ['ROLLBACK'],
        ['SELECT id FROM entry'],
      ]) {
        outcomes.push(await outcomeOf(client.query(text, values)))
      }
      client.release()
      return outcomes
    },
  },
  {
    name: 'a transaction that PgBouncer refuses',
    needs: 'statement pooling',
    spans: [{ ...begin, error: 'as seen' }],
    run: async ({ connect }) => outcomeOf((await connect()).query('BEGIN')),
  },
]
