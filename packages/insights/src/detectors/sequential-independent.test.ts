import { describe, expect, test } from 'vitest'
import { type Conditions, siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const texts = [
  'SELECT * FROM users WHERE id = $1',
  'SELECT * FROM news WHERE topic = $1',
  'SELECT * FROM ads',
]
const user = [{ id: 71, name: 'Ada', team_id: 9_003 }]

/** As `pool.query`: each takes a connection for itself. */
function read(
  { db }: Simulation,
  text: string | undefined,
  values: readonly unknown[],
  conditions: Conditions = {},
) {
  const checkout = db.checkOut(0, { path: 'idle' })
  db.query(text ?? '', values, {
    checkout,
    millis: 60,
    rows: [{ title: 'a' }],
    pauseMillis: 0.1,
    ...conditions,
  })
  db.release(checkout)
}

test('reads that wait for each other without need are information', () => {
  const simulation = simulate()
  read(simulation, texts[0], [71], { rows: user })
  read(simulation, texts[1], ['tech'])
  read(simulation, texts[2], [], { site: siteAt('loadPage') })
  simulation.unit.end()
  expect(simulation.finding('sequential_independent')).toMatchObject({
    severity: 'info',
    title:
      '3 reads waited for each other without using each other’s rows: SELECT users, SELECT news, SELECT ads, in GET /orders.',
    evidence: { count: 3, savedMillis: 120 },
    callSite: { functionName: 'loadPage' },
    fix: expect.stringContaining('Promise.all'),
  })
})

test('asking for what the one before was asked for is no use of its rows', () => {
  const simulation = simulate()
  read(simulation, texts[0], [71], { rows: user, millis: 120 })
  read(simulation, 'SELECT * FROM orders WHERE user_id = $1', [71], { millis: 130 })
  simulation.unit.end()
  expect(simulation.kinds()).toContain('sequential_independent')
})

describe('no such reads are', () => {
  const long = { millis: 150 }
  test.each<[string, (simulation: Simulation) => void]>([
    [
      'the ones that use a value of the one before',
      (simulation) => {
        read(simulation, texts[0], [71], { ...long, rows: user })
        read(simulation, 'SELECT * FROM teams WHERE id = $1', [9_003], long)
      },
    ],
    [
      'the ones that may use one of very many rows',
      (simulation) => {
        const rows = Array.from({ length: 100 }, (_, id) => ({ id: 5_000 + id }))
        read(simulation, texts[2], [], { ...long, rows })
        read(simulation, texts[1], [5_099], long)
      },
    ],
    [
      'the ones that may use something inside a document',
      (simulation) => {
        read(simulation, texts[2], [], { ...long, rows: [{ doc: { topic: 'tech' } }] })
        read(simulation, texts[1], ['tech'], long)
      },
    ],
    [
      'reads in a transaction',
      ({ db }) => {
        const checkout = db.checkOut(0, { path: 'idle', forSingleQuery: false })
        db.query('BEGIN', [], { checkout })
        for (const text of texts) db.query(text, [1], { checkout, ...long, rows: [] })
        db.query('COMMIT', [], { checkout })
      },
    ],
    [
      'reads on one client',
      ({ db }) => {
        const checkout = db.checkOut(0, { path: 'idle', forSingleQuery: false })
        for (const text of texts) db.query(text, [1], { checkout, ...long, rows: [] })
      },
    ],
    [
      'reads with something in between',
      (simulation) => {
        for (const text of texts) read(simulation, text, [1], { ...long, pauseMillis: 30 })
      },
    ],
    [
      'the same statement again',
      (simulation) => [1, 2, 3].forEach((id) => void read(simulation, texts[0], [id], long)),
    ],
    [
      'reads around a write',
      (simulation) => {
        read(simulation, texts[0], [71], long)
        read(simulation, 'UPDATE users SET seen = $1', [true], { millis: 20 })
        read(simulation, texts[2], [], long)
      },
    ],
    ['short ones', (simulation) => texts.forEach((text) => void read(simulation, text, [1], { millis: 9 }))],
    [
      'those that save little of the unit',
      (simulation) => {
        for (const text of texts) read(simulation, text, [1], { millis: 60 })
        simulation.db.wait(2_000)
      },
    ],
    [
      'reads that were called together and wait for a connection',
      ({ db }) => {
        const checkouts = texts.map(() => db.requestCheckout({ path: 'queue' }))
        texts.forEach((text, n) => {
          const checkout = checkouts[n]
          if (checkout === undefined) return
          db.answer(checkout)
          db.query(text, [1], { checkout, ...long, rows: [] })
          db.release(checkout)
        })
      },
    ],
    [
      'reads that run at the same time already',
      ({ db }) => {
        const [a, b] = [0, 1].map(() => db.checkOut(0, { path: 'idle', connection: db.anotherConnection() }))
        if (a === undefined || b === undefined) return
        const first = db.start(texts[0] ?? '', [71], { checkout: a })
        const second = db.start(texts[2] ?? '', [], { checkout: b })
        db.settle(first, { millis: 150, rows: user })
        db.settle(second, { millis: 1, rows: [] })
      },
    ],
  ])('%s', (_, act) => {
    const simulation = simulate({ slowQueryMillis: false, poolWaitMillis: false })
    act(simulation)
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
  })
})
