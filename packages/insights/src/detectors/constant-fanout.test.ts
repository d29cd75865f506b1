import { UnitOfWork } from '@pgspan/lifecycle'
import { expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const select = 'SELECT value FROM settings WHERE user_id = $1 AND key = $2'
const keys = ['theme', 'locale', 'zone', 'beta', 'sound', 'motd', 'font', 'size', 'tone']

function requests({ db }: Simulation, sizes: readonly number[]): void {
  sizes.forEach((size, n) => {
    db.unit = new UnitOfWork('http', 'GET /home')
    for (const key of keys.slice(0, size)) db.query(select, [n, key], { site: siteAt('loadSettings') })
    db.unit.end()
  })
}

test('the same few executions in twenty units of work are a constant fan-out, and no N+1 any more', () => {
  const simulation = simulate()
  requests(simulation, Array(19).fill(6))
  expect(simulation.finding('constant_fanout')).toBeUndefined()
  const before = simulation.finding('n_plus_one')?.count
  requests(simulation, [6, 6])
  expect(simulation.finding('n_plus_one')?.count).toBe(before)
  expect(simulation.finding('constant_fanout')).toMatchObject({
    severity: 'info',
    title:
      'SELECT settings ran 6 times with different values, as often as in each of the last 20 units, in GET /home.',
    evidence: { count: 6, units: 20 },
    count: 2,
  })
})

test.each<[string, readonly number[]]>([
  ['numbers that differ', Array.from({ length: 40 }, (_, n) => 5 + (n % 4))],
  ['nine and more', Array(40).fill(9)],
  ['fewer than five', Array(40).fill(4)],
])('%s are none', (_, sizes) => {
  const simulation = simulate()
  requests(simulation, sizes)
  expect(simulation.finding('constant_fanout')).toBeUndefined()
})

test('values that are proven to come from data are none, however few they are each time', () => {
  const { db, kinds } = simulate()
  const ids = [8_101, 8_174, 8_133, 8_190, 8_152]
  for (let n = 0; n < 30; n++) {
    db.unit = new UnitOfWork('http', 'GET /recent')
    db.query('SELECT id FROM orders ORDER BY placed DESC LIMIT 5', [], {
      rows: ids.map((id) => ({ id: id + n * 400 })),
    })
    for (const id of ids) db.query('SELECT * FROM items WHERE order_id = $1', [id + n * 400])
    db.unit.end()
  }
  expect(kinds()).toEqual(['n_plus_one'])
})
