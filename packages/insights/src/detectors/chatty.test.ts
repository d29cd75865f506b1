import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { type Simulation, simulate } from '../../test/simulation.js'

/** A unit of work that runs so many different statements. */
function talk({ db }: Simulation, statements: number, unit = new UnitOfWork('http', 'GET /home')): void {
  db.unit = unit
  for (let n = 0; n < statements; n++) db.query(`SELECT * FROM widget_${n % 60} WHERE kind = 'a${n}'`)
  unit.end()
}

describe('a chatty unit of work', () => {
  test('makes more than fifty queries that nothing else explains', () => {
    const simulation = simulate()
    talk(simulation, 50)
    expect(simulation.kinds()).toEqual([])
    talk(simulation, 51)
    expect(simulation.finding('chatty')).toMatchObject({
      severity: 'info',
      title: '51 queries of 51 statements, in GET /home.',
      evidence: {
        count: 51,
        statements: 51,
        threshold: 50,
        top: expect.stringMatching(/^1 × SELECT widget_0 \(1 ms\), 1 ×/),
      },
    })
  })

  test('makes more than twice as many as usual', () => {
    const simulation = simulate()
    for (let n = 0; n < 50; n++) talk(simulation, 12)
    talk(simulation, 25)
    expect(simulation.kinds()).toEqual([])
    talk(simulation, 30)
    expect(simulation.finding('chatty')).toMatchObject({
      title: '30 queries of 30 statements, usually 12 at most, in GET /home.',
      evidence: { usualCount: 12 },
    })
  })

  test('is a warning from four times the threshold on', () => {
    const simulation = simulate({ chattyQueries: 10 })
    talk(simulation, 41)
    expect(simulation.finding('chatty')?.severity).toBe('warning')
  })

  test('is a request unless the option says otherwise', () => {
    const usual = simulate()
    talk(usual, 60, new UnitOfWork('job', 'nightly'))
    talk(usual, 60, new UnitOfWork('trace', 'nightly'))
    expect(usual.kinds()).toEqual([])
    const strict = simulate({ chattyQueries: { job: 20 } })
    talk(strict, 21, new UnitOfWork('job', 'nightly'))
    expect(strict.kinds()).toEqual(['chatty'])
  })

  test('is not one whose queries another finding explains, nor transactions around few', () => {
    const { db, kinds } = simulate()
    db.unit = new UnitOfWork('http', 'GET /home')
    const rows = Array.from({ length: 60 }, (_, i) => ({ id: 7_000 + 13 * i }))
    db.query('SELECT id FROM users', [], { rows })
    for (const { id } of rows) db.query('SELECT * FROM posts WHERE user_id = $1', [id])
    for (let n = 0; n < 30; n++) {
      db.query('BEGIN')
      db.query('COMMIT')
    }
    db.unit.end()
    expect(kinds()).toEqual(['n_plus_one'])
  })
})
