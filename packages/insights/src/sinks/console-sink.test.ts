import { expect, test } from 'vitest'
import { column, siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'
import { createConsoleSink } from './console-sink.js'

const ids = [9041, 217, 3310, 58213, 771, 4402]

test('a new finding is printed as one readable block, once', () => {
  const printed: string[] = []
  const { insights, db, unit, finding } = simulate()
  insights.subscribe(createConsoleSink((text) => printed.push(text)))
  db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
  for (const id of ids) {
    db.query('SELECT *\n  FROM orders\n WHERE customer_id = $1', [id], { site: siteAt('loadOrders', 14) })
  }
  unit.end()
  expect(printed.join('')).toBe(`
pgspan  n_plus_one warning: SELECT orders ran 6 times, once for each customers.id of an earlier result, in GET /orders.
        at      src/orders.ts:14:5 (loadOrders)
        cost    6.0 ms sequential, about 5.0 ms to save
        source  customers.id of 6 rows (6 of 6 values): SELECT id FROM customers
        query   SELECT * FROM orders WHERE customer_id = $1
        fix     Ask for one query for all of them: WHERE customer_id = ANY($1).
        id      ${finding('n_plus_one')?.id}
`)
})

test('a finding is not printed again, though it is reported again', () => {
  const printed: string[] = []
  const { insights, db } = simulate()
  insights.subscribe(createConsoleSink((text) => printed.push(text)))
  for (let n = 0; n < 4; n++) db.query('SELECT * FROM reports', [], { millis: 200 })
  db.query('SELECT * FROM others', [], { millis: 200 })
  expect(printed.length).toBe(2)
})

test('a plan that comes later gets a line of its own, once', () => {
  const printed: string[] = []
  const { insights, db, finding } = simulate()
  const sink = createConsoleSink((text) => printed.push(text))
  db.query('SELECT * FROM reports', [], { millis: 200 })
  insights.flush()
  const found = finding('slow_query')
  if (found === undefined) throw new Error('no finding')
  const plan = { mode: 'generic', problem: 'A sort goes to disk.', text: 'Sort' } as const
  for (const one of [found, { ...found, plan }, { ...found, plan }]) sink(one)
  expect(printed).toHaveLength(2)
  expect(printed[1]).toBe(`\npgspan  plan    A sort goes to disk.\n        id      ${found.id}\n`)
})
