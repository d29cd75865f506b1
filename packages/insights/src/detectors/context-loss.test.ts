import { processState, UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const select = 'SELECT * FROM orders WHERE id = $1'
const within = <Result>(unit: UnitOfWork, run: () => Result): Result =>
  processState().unitOfWorkStorage.run(unit, run)

/** Queries of code that was called in a unit that has ended. */
function late({ db }: Simulation, times: number, pauseMillis = 0.1): void {
  const unit = new UnitOfWork('http', 'GET /orders')
  unit.end()
  within(unit, () => {
    for (let n = 0; n < times; n++)
      db.query(select, [n], { unit: undefined, pauseMillis, site: siteAt('poll') })
  })
}

describe('queries of a unit of work that has ended', () => {
  test('are information at the fifth within a minute', () => {
    const simulation = simulate()
    late(simulation, 4)
    expect(simulation.kinds()).toEqual([])
    late(simulation, 1)
    expect(simulation.finding('context_loss')).toMatchObject({
      severity: 'info',
      title: '5 queries and more within a minute ran after their unit of work had ended, in GET /orders.',
      unit: 'GET /orders',
      callSite: { functionName: 'poll' },
      fix: expect.stringContaining('runInUnitOfWork'),
    })
  })

  test('that go on like this are said once a minute', () => {
    const simulation = simulate()
    late(simulation, 500)
    expect(simulation.finding('context_loss')?.count).toBe(1)
    simulation.db.wait(60_000)
    late(simulation, 500)
    expect(simulation.finding('context_loss')?.count).toBe(2)
  })

  test('are found by the call of pool.query, whoever gets the connection later', () => {
    const { db, kinds } = simulate()
    const unit = new UnitOfWork('http', 'GET /orders')
    unit.end()
    for (let n = 0; n < 5; n++) {
      const checkout = within(unit, () => db.requestCheckout({ unit: undefined, path: 'idle' }))
      db.answer(checkout)
      db.query(select, [n], { checkout, unit: undefined })
    }
    expect(kinds()).toEqual(['context_loss'])
  })

  test('are none when they are rare, as what is written after a response, nor outside any unit', () => {
    const simulation = simulate()
    late(simulation, 8, 20_000)
    for (let n = 0; n < 20; n++) simulation.db.query(select, [n], { unit: undefined })
    expect(simulation.kinds()).toEqual([])
  })
})

describe('queries on a connection that another unit of work holds', () => {
  function share({ db }: Simulation, holder: UnitOfWork, user: UnitOfWork): void {
    const checkout = db.checkOut(0, { unit: holder, path: 'idle', forSingleQuery: false })
    for (let n = 0; n < 6; n++) db.query(select, [n], { checkout, unit: user, pauseMillis: 300 })
  }

  test('are a warning', () => {
    const simulation = simulate()
    share(simulation, new UnitOfWork('http', 'GET /a'), new UnitOfWork('http', 'GET /b'))
    expect(simulation.finding('context_loss')).toMatchObject({
      severity: 'warning',
      unit: 'GET /b',
      evidence: { holder: 'GET /a' },
    })
  })

  test('are none inside it or around it, nor after it has ended', () => {
    const simulation = simulate()
    const outer = new UnitOfWork('http', 'GET /a')
    const inner = new UnitOfWork('job', 'mail')
    inner.outer = outer
    share(simulation, outer, inner)
    share(simulation, inner, outer)
    const first = new UnitOfWork('http', 'GET /first')
    first.end()
    share(simulation, first, outer)
    expect(simulation.kinds()).toEqual([])
  })
})
