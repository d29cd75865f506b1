import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

describe('a long wait for a connection', () => {
  test('is one finding per unit of work and pool, with all waits of the unit', () => {
    const { db, unit, finding } = simulate()
    db.checkOut(150)
    db.checkOut(420)
    db.checkOut(30)
    unit.end()
    expect(finding('pool_wait')).toMatchObject({
      severity: 'info',
      title: 'Waited 3 times for a connection of pool shop, up to 420 ms and 600 ms in all, in GET /orders.',
      evidence: { count: 3, totalMillis: 600, maximumMillis: 420, timeouts: 0, limit: 10 },
      summary: 'shop',
      statement: '',
      fix: expect.stringContaining('All 10 connections'),
    })
  })

  test('may be many short ones in a full pool, one after the other', () => {
    const { db, finding } = simulate()
    for (let n = 0; n < 6; n++) db.checkOut(15)
    expect(finding('pool_wait')).toBeUndefined()
    db.checkOut(15)
    expect(finding('pool_wait')).toMatchObject({
      severity: 'info',
      title: 'Waited 7 times for a connection of pool shop, up to 15 ms and 105 ms in all, in GET /orders.',
      evidence: { count: 7, totalMillis: 105 },
    })
  })

  test('stays information for many short ones, however often', () => {
    const { db, insights } = simulate()
    for (let n = 0; n < 10; n++) {
      db.unit = new UnitOfWork('http', 'GET /busy')
      for (let m = 0; m < 9; m++) db.checkOut(15)
      db.unit.end()
    }
    expect(insights.findings()).toMatchObject([{ severity: 'info', count: 10 }])
  })

  test('is not one of many short ones for connections to open, nor of ten that wait at the same time', () => {
    const { db, kinds } = simulate()
    for (let n = 0; n < 20; n++) db.checkOut(15, { path: 'create' })
    const requests = Array.from({ length: 10 }, () => db.requestCheckout())
    db.wait(30)
    for (const checkout of requests) db.answer(checkout)
    expect(kinds()).toEqual([])
  })

  test('is not the time that the event loop was blocked', () => {
    const { db, kinds } = simulate()
    db.checkOut(400, { stallMillis: 350 })
    expect(kinds()).toEqual([])
  })

  test('knows its line of code from the first query of the connection', () => {
    const { db, finding } = simulate()
    const checkout = db.checkOut(150)
    db.query('SELECT * FROM orders', [], { checkout, site: siteAt('listOrders') })
    db.query('SELECT * FROM orders', [], { checkout, site: siteAt('other') })
    expect(finding('pool_wait')).toMatchObject({ callSite: { functionName: 'listOrders' } })
  })

  test('is a warning when it was in vain, however short', () => {
    const { db, finding } = simulate()
    db.checkOut(50, { timedOut: true })
    expect(finding('pool_wait')).toMatchObject({
      severity: 'warning',
      title: 'Waited 50 ms for a connection of pool shop, in vain, in GET /orders.',
      evidence: { timeouts: 1 },
    })
  })

  test('is a warning at the third within a minute in the process', () => {
    const { db, finding } = simulate()
    const severities = [0, 20_000, 20_000, 50_000].map((pause) => {
      db.wait(pause)
      db.checkOut(150, { unit: undefined })
      return finding('pool_wait')?.severity
    })
    expect(severities).toEqual(['info', 'info', 'warning', 'info'])
  })

  test('for one to open is no shortage: neither full nor, with a whole pool at the start, a warning', () => {
    const { db, insights } = simulate()
    for (let n = 0; n < 8; n++) db.checkOut(190, { unit: undefined, path: 'create' })
    expect(insights.findings()).toMatchObject([
      {
        severity: 'info',
        title: 'Waited 190 ms for pool shop to open a connection.',
        evidence: { queued: 0 },
        fix: expect.stringContaining('had room'),
        count: 8,
      },
    ])
    expect(insights.findings()[0]?.fix).not.toContain('in use')
  })

  test('for one to open does not make the next wait in a full pool frequent', () => {
    const { db, finding } = simulate()
    for (let n = 0; n < 5; n++) db.checkOut(190, { path: 'create' })
    db.checkOut(190)
    expect(finding('pool_wait')).toMatchObject({ severity: 'info', evidence: { count: 6, queued: 1 } })
  })

  test('for one to open is a warning when it was in vain', () => {
    const { db, finding } = simulate()
    db.checkOut(50, { path: 'create', timedOut: true })
    expect(finding('pool_wait')).toMatchObject({
      severity: 'warning',
      title: 'Waited 50 ms for pool shop to open a connection, in vain, in GET /orders.',
    })
  })

  test('is nothing below the threshold, and never if that is off', () => {
    const { db, kinds } = simulate()
    db.checkOut(99)
    expect(kinds()).toEqual([])
    const off = simulate({ poolWaitMillis: false })
    off.db.checkOut(60_000, { timedOut: true })
    expect(off.kinds()).toEqual([])
  })
})
