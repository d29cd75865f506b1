import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

const select = 'SELECT * FROM orders WHERE id = $1'

describe('queries that were called together on one client', () => {
  test('are one finding of the unit of work, and none of them is slow', () => {
    const { db, kinds, finding } = simulate()
    for (let n = 0; n < 5; n++) {
      db.query(select, [n], {
        queueMillis: n * 90,
        queuedBehind: n,
        millis: n * 90 + 90,
        site: siteAt('loadAll'),
      })
    }
    expect(kinds()).toEqual(['queue_wait'])
    expect(finding('queue_wait')).toMatchObject({
      severity: 'info',
      title:
        'SELECT orders and 3 more waited up to 360 ms for other queries of the same client, in GET /orders.',
      evidence: { count: 4, totalMillis: 900, maximumMillis: 360, queuedBehind: 4 },
      callSite: { functionName: 'loadAll' },
      statement: select,
    })
  })

  test('are a warning in the third unit of work within an hour', () => {
    const severities = [1, 2, 3].map(() => 'info')
    const { db, finding } = simulate()
    const seen = severities.map(() => {
      db.query(select, [1], { queueMillis: 80, queuedBehind: 1, millis: 90, unit: undefined })
      return finding('queue_wait')?.severity
    })
    expect(seen).toEqual(['info', 'info', 'warning'])
  })
})

test.each<[string, object]>([
  ['a client that is about to connect', { queueMillis: 300, queuedBehind: 0, millis: 310 }],
  ['a blocked event loop', { queueMillis: 300, queuedBehind: 2, millis: 310, stallMillis: 290 }],
  ['less than the threshold', { queueMillis: 49, queuedBehind: 2, millis: 60 }],
])('waiting for %s is none', (_, conditions) => {
  const { db, kinds } = simulate()
  db.query(select, [1], conditions)
  expect(kinds()).toEqual([])
})

test('the threshold is an option, and false is never', () => {
  const off = simulate({ queueWaitMillis: false })
  off.db.query(select, [1], { queueMillis: 9_000, queuedBehind: 2, millis: 9_001 })
  expect(off.kinds()).toEqual([])
  const sensitive = simulate({ queueWaitMillis: 10 })
  sensitive.db.query(select, [1], { queueMillis: 11, queuedBehind: 2, millis: 12 })
  expect(sensitive.kinds()).toEqual(['queue_wait'])
})
