import { ROOT_CONTEXT } from '@opentelemetry/api'
import { Checkout, type DatabaseTarget, PoolView, UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type SimulatedDatabase, siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

/** A checkout whose source knows the line, and who was asked for within whom. */
class KnownCheckout extends Checkout {
  site = siteAt('known')
  within: boolean | undefined = undefined

  override callSite() {
    return this.site
  }

  override wasAskedForWithin(): boolean | undefined {
    return this.within
  }
}

function poolOf(
  db: SimulatedDatabase,
  limit: number,
  name = 'shop',
  target: DatabaseTarget = db.target,
): PoolView {
  const pool = new PoolView(name, target, () => ({ total: limit, idle: 0, limit, idleMinimum: 0 }))
  db.dispatcher.poolAppeared(pool)
  return pool
}

function request(db: SimulatedDatabase, pool: PoolView, unit?: UnitOfWork, within?: boolean): KnownCheckout {
  const checkout = new KnownCheckout(pool, ROOT_CONTEXT, unit, false, 'queue', db.now)
  checkout.within = within
  db.dispatcher.checkoutRequested(checkout)
  return checkout
}

function take(db: SimulatedDatabase, pool: PoolView, unit?: UnitOfWork): KnownCheckout {
  const checkout = request(db, pool, unit)
  pool.used++
  db.dispatcher.acquireCheckout(checkout, db.connection)
  return checkout
}

describe('a checkout is forgotten', () => {
  test('after thirty seconds in which nothing was done with it, not before', () => {
    const { db, insights, kinds, finding } = simulate()
    const pool = poolOf(db, 10)
    const checkout = take(db, pool)
    db.wait(20_000)
    db.query('SELECT 1', [], { checkout, unit: undefined, millis: 0 })
    db.wait(29_999)
    insights.flush()
    expect(kinds()).toEqual([])
    db.wait(1)
    insights.flush()
    expect(finding('leaked_checkout')).toMatchObject({
      severity: 'warning',
      title: 'A connection of pool shop was taken and has not been used for 30.0 s, after SELECT.',
      evidence: { leak: 'inactive', idleMillis: 30_000, recovered: false },
      callSite: { functionName: 'known' },
      fix: expect.stringContaining('declareHold'),
    })
    expect([pool.isSuspect(db.now), pool.isSuspect(db.now + 600_000)]).toEqual([true, false])
  })

  test('never while a query runs, however long, nor while the pool holds it for a query of its own', () => {
    const { db, insights, kinds } = simulate()
    const checkout = take(db, poolOf(db, 10))
    db.start('SELECT * FROM report', [], { checkout, unit: undefined })
    db.checkOut(0, { unit: undefined })
    db.wait(600_000)
    insights.flush()
    expect(kinds()).toEqual([])
  })

  test('five seconds after the end of the unit of work that took it, if it is idle as long', () => {
    const { db, unit, insights, kinds, finding } = simulate()
    const checkout = take(db, poolOf(db, 10), unit)
    unit.end()
    db.wait(4_000)
    db.query('SELECT 1', [], { checkout, unit: undefined, millis: 0, pauseMillis: 0 })
    db.wait(4_999)
    insights.flush()
    expect(kinds()).toEqual([])
    db.wait(1)
    insights.flush()
    expect(finding('leaked_checkout')?.evidence).toMatchObject({ leak: 'owner_ended', idleMillis: 5_000 })
  })

  test('by nobody’s end if a trace was only given up', () => {
    const { db, insights, kinds } = simulate()
    const trace = new UnitOfWork('trace', 'trace')
    take(db, poolOf(db, 10), trace)
    trace.end()
    db.wait(29_999)
    insights.flush()
    expect(kinds()).toEqual([])
  })

  test('by the threshold of its kind of work, and never where that is off', () => {
    const { db, unit, insights, kinds } = simulate({ leakedCheckoutMillis: { http: 2_000, outside: false } })
    const pool = poolOf(db, 10)
    take(db, pool)
    take(db, pool, unit)
    db.wait(2_000)
    insights.flush()
    db.wait(600_000)
    insights.flush()
    expect(kinds()).toEqual(['leaked_checkout'])
    expect(insights.findings()[0]).toMatchObject({ unit: 'GET /orders', count: 1 })
  })

  test('and recovers when it comes back: the same finding says so', () => {
    const { db, insights, finding } = simulate()
    const reported: unknown[] = []
    insights.subscribe(({ severity, evidence }) => reported.push([severity, evidence.recovered]))
    const checkout = take(db, poolOf(db, 10))
    db.wait(31_000)
    insights.flush()
    const id = finding('leaked_checkout')?.id
    db.wait(9_000)
    db.release(checkout)
    expect(finding('leaked_checkout')).toMatchObject({
      id,
      severity: 'info',
      title: 'A connection of pool shop that seemed forgotten came back after 40.0 s.',
      evidence: { heldMillis: 40_000, recovered: true },
    })
    expect(reported).toEqual([
      ['warning', false],
      ['info', true],
    ])
  })
})

describe('a deadlock', () => {
  test('is one of holders that all wait, once for as long as it lasts', () => {
    const { db, insights, finding } = simulate()
    const pool = poolOf(db, 2)
    const units = ['a', 'b'].map((name) => new UnitOfWork('job', name))
    const holders = units.map((unit) => take(db, pool, unit))
    const waiters = units.map((unit) => request(db, pool, unit))
    db.wait(299)
    insights.flush()
    expect(finding('pool_deadlock')).toBeUndefined()
    db.wait(1)
    insights.flush()
    db.wait(5_000)
    insights.flush()
    expect(finding('pool_deadlock')).toMatchObject({ severity: 'critical', count: 1, unit: '' })
    db.release(holders[0] as Checkout)
    pool.used--
    db.answer(waiters[0] as Checkout)
    pool.used++
    request(db, pool, units[0])
    insights.flush()
    db.wait(300)
    insights.flush()
    expect(finding('pool_deadlock')?.count).toBe(2)
  })

  test('is none while one of the holders does not wait, or is at work', () => {
    const { db, insights, kinds } = simulate({ leakedCheckoutMillis: false })
    const pool = poolOf(db, 2)
    const [a, b] = ['a', 'b'].map((name) => new UnitOfWork('job', name)) as [UnitOfWork, UnitOfWork]
    take(db, pool, a)
    const other = take(db, pool, b)
    request(db, pool, a)
    request(db, pool, new UnitOfWork('job', 'c'))
    db.wait(5_000)
    insights.flush()
    expect(kinds()).not.toContain('pool_deadlock')
    db.start('SELECT * FROM report', [], { checkout: other, unit: b })
    request(db, pool, b)
    db.wait(60_000)
    insights.flush()
    expect(kinds()).not.toContain('pool_deadlock')
  })

  test('is a warning after ten seconds where nobody knows for what the holders wait', () => {
    const { db, insights, finding } = simulate({ leakedCheckoutMillis: false })
    const pool = poolOf(db, 1)
    take(db, pool)
    request(db, pool)
    db.wait(9_999)
    insights.flush()
    expect(finding('pool_deadlock')).toBeUndefined()
    db.wait(1)
    insights.flush()
    expect(finding('pool_deadlock')).toMatchObject({
      severity: 'warning',
      title:
        'Nothing moves in pool shop: all 1 connections are held, nobody works with them, and others wait.',
      evidence: { proven: false, waiting: 1 },
    })
  })
})

describe('a nested acquire', () => {
  test('is judged by stacks where there are any, and by the idle connection of the same unit elsewhere', () => {
    const nested = (within: boolean | undefined, hasUnit: boolean): readonly string[] => {
      const { db, unit, kinds } = simulate()
      const pool = poolOf(db, 10)
      take(db, pool, hasUnit ? unit : undefined)
      request(db, pool, hasUnit ? unit : undefined, within)
      return kinds()
    }
    expect(nested(true, true)).toEqual(['nested_acquire'])
    expect(nested(true, false)).toEqual(['nested_acquire'])
    expect(nested(undefined, true)).toEqual(['nested_acquire'])
    expect(nested(undefined, false)).toEqual([])
    expect(nested(false, true)).toEqual([])
  })

  test('is none of another unit, beside a query that runs, or beside a connection that is kept', () => {
    const { db, unit, kinds } = simulate()
    const pool = poolOf(db, 10)
    const checkout = take(db, pool, unit)
    request(db, pool, new UnitOfWork('job', 'other'), true)
    const running = db.start('SELECT 1', [], { checkout })
    request(db, pool, unit, true)
    db.settle(running)
    checkout.holdReason = 'leader election'
    request(db, pool, unit, true)
    expect(kinds()).toEqual([])
  })
})

describe('a pool per request', () => {
  test('is found at the twentieth for one database within a minute', () => {
    const { db, kinds, finding } = simulate()
    for (let n = 0; n < 19; n++) request(db, poolOf(db, 10))
    expect(kinds()).toEqual([])
    request(db, poolOf(db, 10))
    expect(finding('pool_per_request')).toMatchObject({
      severity: 'warning',
      unit: '',
      title: '20 pools and more were made for shop within a minute.',
      callSite: { functionName: 'known' },
    })
    request(db, poolOf(db, 10))
    expect(finding('pool_per_request')?.count).toBe(2)
  })

  test('is none where they are for different databases, or far apart', () => {
    const { db, kinds } = simulate()
    for (let n = 0; n < 40; n++) {
      request(db, poolOf(db, 10, 'shop', { ...db.target, namespace: `tenant${n}` }))
      db.wait(4_000)
      request(db, poolOf(db, 10))
    }
    expect(kinds()).toEqual([])
  })
})

test('a connection that is given back with a query still running, or twice, is a dirty release', () => {
  const { db, insights, kinds } = simulate()
  const checkout = take(db, poolOf(db, 10))
  db.dispatcher.releasedDirty({ checkout, kind: 'active_query', callSite: siteAt('one') })
  db.dispatcher.releasedDirty({ checkout, kind: 'double', callSite: siteAt('two') })
  db.dispatcher.releasedDirty({ checkout, kind: 'in_transaction', callSite: siteAt('three') })
  expect(kinds()).toEqual(['dirty_release', 'dirty_release'])
  expect(insights.findings().map(({ evidence }) => evidence.release)).toEqual(['double', 'active_query'])
})

test('live checkouts are those that are held, the oldest first, and then those that wait', () => {
  const { db, unit, insights } = simulate()
  const pool = poolOf(db, 1)
  const checkout = take(db, pool, unit)
  db.wait(500)
  request(db, pool)
  db.wait(100)
  expect(insights.checkouts()).toMatchObject([
    {
      pool: 'shop',
      state: 'inactive',
      forMillis: 600,
      idleMillis: 600,
      unit: 'GET /orders',
      leak: undefined,
    },
    { pool: 'shop', state: 'waiting', forMillis: 100, idleMillis: 0, unit: '' },
  ])
  db.dispatcher.endPool(pool)
  expect(insights.checkouts()).toEqual([])
  db.release(checkout)
})

test('what code ignores is not reported', () => {
  const { db, insights, kinds } = simulate()
  const pool = poolOf(db, 10)
  take(db, pool).ignoredFindings = 'leaked_checkout'
  db.wait(60_000)
  insights.flush()
  expect(kinds()).toEqual([])
})

test('nobody is judged at the first look after the whole process stood still', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { db, kinds } = simulate()
  take(db, poolOf(db, 10))
  db.wait(60_000)
  vi.advanceTimersByTime(250)
  expect(kinds()).toEqual([])
  db.wait(250)
  vi.advanceTimersByTime(250)
  expect(kinds()).toEqual(['leaked_checkout'])
})
