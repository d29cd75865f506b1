import { describe, expect, test } from 'vitest'
import { column, siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const insert = 'INSERT INTO items (order_id, sku) VALUES ($1, $2)'
const update = 'UPDATE items SET price = $1 WHERE id = $2'
const ids = Array.from({ length: 12 }, (_, i) => 7_100 + 37 * i)

function loop({ db, unit }: Simulation, act: (id: number) => void): void {
  for (const id of ids) act(id)
  db.query('SELECT 1')
  unit.end()
}

describe('a loop of writes of single rows is found', () => {
  test('for inserts, with its line', () => {
    const simulation = simulate()
    const { db, finding, kinds } = simulation
    loop(simulation, (id) => db.query(insert, [5, `sku ${id}`], { millis: 4, site: siteAt('addItems') }))
    expect(kinds()).toEqual(['write_loop'])
    expect(finding('write_loop')).toMatchObject({
      severity: 'warning',
      title: 'INSERT items ran 12 times for single rows, in GET /orders.',
      evidence: { count: 12, savedMillis: 44, concurrency: 'sequential', rowByRow: false },
      callSite: { functionName: 'addItems' },
      fix: expect.stringContaining('unnest'),
    })
  })

  test.each<[string, string, (id: number) => readonly unknown[]]>([
    ['updates', update, (id) => [9, id]],
    ['deletes', 'DELETE FROM items WHERE id = $1', (id) => [id]],
    ['upserts', `${insert} ON CONFLICT (sku) DO UPDATE SET order_id = excluded.order_id`, (id) => [5, id]],
  ])('for %s', (_, text, values) => {
    const simulation = simulate()
    loop(simulation, (id) => simulation.db.query(text, values(id)))
    expect(simulation.kinds()).toEqual(['write_loop'])
    expect(simulation.finding('write_loop')?.severity).toBe('info')
  })

  test('for rows of one parent, whose new id they all use', () => {
    const simulation = simulate()
    const { db, kinds } = simulation
    const rows = [{ id: 991 }]
    db.query('INSERT INTO orders (customer) VALUES ($1) RETURNING id', ['a'], { rows })
    loop(simulation, (id) => db.query(insert, [991, id]))
    expect(kinds()).toEqual(['write_loop'])
  })

  test('for inserts that return what they were given', () => {
    const simulation = simulate()
    const { db, kinds } = simulation
    loop(simulation, (id) => {
      db.query(`${insert} RETURNING *`, [5, `s${id}`], {
        rows: [{ id, order_id: 5, sku: `s${id}`, version: 1 }],
      })
    })
    expect(kinds()).toEqual(['write_loop'])
  })

  test('at the hundredth write, though it goes on', () => {
    const { db, finding } = simulate()
    for (let n = 0; n < 150; n++) db.query(insert, [n, n])
    expect(finding('write_loop')).toMatchObject({ severity: 'critical', evidence: { count: 100 } })
  })

  test('row by row as information, if each row is read as well', () => {
    const simulation = simulate()
    const { db, finding } = simulation
    loop(simulation, (id) => {
      db.query('SELECT price FROM items WHERE id = $1', [id], { rows: [{ price: 3 }] })
      db.query(update, [4, id], { millis: 10 })
    })
    expect(finding('write_loop')).toMatchObject({ severity: 'info', evidence: { rowByRow: true } })
  })
})

test('a loop of writes with many reads of other tables between them is a warning', () => {
  const simulation = simulate()
  const { db } = simulation
  loop(simulation, (id) => {
    for (const table of ['a', 'b', 'c']) db.query(`SELECT * FROM ${table}`, [], { pauseMillis: 4, millis: 9 })
    db.query(update, [4, id], { millis: 30, pauseMillis: 4 })
  })
  expect(simulation.finding('write_loop')?.severity).toBe('warning')
})

test.each([
  ['information, where something else is awaited each time', 12, 'info'],
  ['a warning, where no more than the application’s own work is between', 3, 'warning'],
])('a loop of writes is %s', (_, pauseMillis, severity) => {
  const simulation = simulate()
  loop(simulation, (id) => simulation.db.query(update, [4, id], { millis: 30, pauseMillis }))
  expect(simulation.finding('write_loop')?.severity).toBe(severity)
})

describe('no loop of writes are', () => {
  test.each<[string, (simulation: Simulation) => void]>([
    ['nine of them', ({ db }) => ids.slice(0, 9).forEach((id) => void db.query(insert, [5, id]))],
    [
      'rows whose new id the next statement needs',
      ({ db }) => {
        for (const id of ids) {
          db.query('INSERT INTO orders (customer) VALUES ($1) RETURNING id', ['a'], { rows: [{ id }] })
          db.query('INSERT INTO invoices (order_id) VALUES ($1)', [id])
        }
      },
    ],
    [
      'batches',
      ({ db }) => {
        for (const id of ids) {
          db.query('INSERT INTO items (sku) VALUES ($1), ($2), ($3)', [id, id + 1, id + 2], { rowCount: 3 })
          db.query('UPDATE items SET sold = true WHERE id = ANY($1)', [[id, id + 1]], { rowCount: 2 })
        }
      },
    ],
    [
      'progress that is written to one row',
      ({ db }) => ids.forEach((id) => void db.query('UPDATE jobs SET progress = $1 WHERE id = $2', [id, 3])),
    ],
    [
      'messages that come one by one',
      ({ db }) => ids.forEach((id) => void db.query(insert, [5, id], { pauseMillis: 400 })),
    ],
    [
      'jobs that are taken from a queue',
      ({ db }) => {
        const take =
          'UPDATE jobs SET taken = true WHERE id = (SELECT id FROM jobs WHERE NOT taken FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id'
        for (const id of ids) {
          db.query(take, [], { rows: [{ id }] })
          db.query('SELECT * FROM payloads WHERE job_id = $1', [id], { rows: column('name', ['a']) })
          db.query('UPDATE jobs SET done = true WHERE id = $1', [id])
        }
      },
    ],
    [
      'ranges of rows',
      ({ db }) => {
        for (const id of ids) {
          db.query('UPDATE items SET sold = true WHERE id BETWEEN $1 AND $2', [id, id + 36], { rowCount: 30 })
        }
      },
    ],
    [
      'migrations',
      ({ db }) => {
        db.query('CREATE TABLE schema_migrations (name text)')
        for (const id of ids) db.query('INSERT INTO schema_migrations (name) VALUES ($1)', [id])
      },
    ],
    [
      'notes of a migration in a table of any name',
      ({ db }) => {
        for (const id of ids) {
          db.query(`CREATE TABLE step_${id} (name text)`)
          db.query('INSERT INTO steps (name) VALUES ($1)', [id])
        }
      },
    ],
    [
      'failures that are tried again',
      ({ db }) => ids.forEach((id) => void db.query(insert, [5, id], { error: { code: '40001' } })),
    ],
    [
      'statements that say so',
      ({ db }) => ids.forEach((id) => void db.query(`${insert} /* pgspan:ignore write_loop */`, [5, id])),
    ],
  ])('%s', (_, act) => {
    const simulation = simulate()
    act(simulation)
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
  })
})

test('the number of writes that make a loop is an option', () => {
  const { db, unit, kinds } = simulate({ writeLoopThreshold: 3 })
  for (const id of ids.slice(0, 3)) db.query(insert, [5, id])
  unit.end()
  expect(kinds()).toEqual(['write_loop'])
})
