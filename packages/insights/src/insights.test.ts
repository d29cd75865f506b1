import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { diag, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  Connection,
  currentUnitOfWork,
  type Dispatcher,
  processState,
  QueryExecution,
  runInUnitOfWork,
  UnitOfWork,
} from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { column, type SimulatedDatabase, siteAt } from '../test/simulated-database.js'
import { simulate } from '../test/simulation.js'
import { createInsights } from './insights.js'
import { maximumUnits } from './insights-core.js'
import { packageName, packageVersion } from './package-version.js'
import { maximumGroups } from './units/unit-activity.js'

const ids = [9041, 217, 3310, 58213, 771, 4402, 1115, 90210]

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function loop(db: SimulatedDatabase): void {
  db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
  for (const id of ids) db.query('SELECT * FROM orders WHERE customer_id = $1', [id])
}

describe('a unit of work', () => {
  test('that has ended accepts nothing', () => {
    const { db, unit, kinds } = simulate()
    unit.end()
    loop(db)
    expect(kinds()).toEqual([])
  })

  test('that ends while its queries run drops them', () => {
    const { db, unit, kinds } = simulate()
    db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
    const running = ids.map((id) => db.start('SELECT * FROM orders WHERE customer_id = $1', [id]))
    unit.end()
    for (const query of running) db.settle(query)
    expect(kinds()).toEqual([])
  })

  test('shares nothing with others that run at the same time', () => {
    const { db, kinds } = simulate()
    const units = ids.map(() => new UnitOfWork('http', 'GET /customers/:id'))
    db.query('SELECT id FROM customers', [], { rows: column('id', ids), unit: units[0] })
    for (const [i, id] of ids.entries()) {
      db.query('SELECT * FROM orders WHERE customer_id = $1', [id], { unit: units[i], site: siteAt('load') })
    }
    for (const unit of units) unit.end()
    expect(kinds()).toEqual([])
  })

  test('is a must for repetition: outside any, nothing is looked for', () => {
    const { db, kinds } = simulate()
    db.unit = undefined
    loop(db)
    expect(kinds()).toEqual([])
  })

  test('that never ends is judged when it rests, and reported within ten seconds', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { db, insights } = simulate()
    const reported: string[] = []
    insights.subscribe(({ kind }) => reported.push(kind))
    for (let n = 0; n < 5; n++) db.query('SELECT * FROM config')
    loop(db)
    expect(reported).toEqual([])
    for (let n = 0; n < 2; n++) {
      db.wait(5_000)
      vi.advanceTimersByTime(5_000)
    }
    expect(reported.sort()).toEqual(['duplicate_query', 'n_plus_one'])
    expect(insights.findings().find(({ kind }) => kind === 'n_plus_one')?.evidence.count).toBe(8)
  })

  test('that polled for a while is still seen to loop', () => {
    const { db, unit, insights } = simulate()
    for (let n = 0; n < 40; n++) {
      db.query('SELECT * FROM orders WHERE customer_id = $1', [n], { pauseMillis: 400 })
    }
    db.wait(1_000)
    loop(db)
    unit.end()
    expect(insights.findings()).toMatchObject([
      { kind: 'n_plus_one', tier: 'proven', evidence: { count: ids.length, coverage: '8 of 8' } },
    ])
  })

  test('that was quiet for seconds starts over', () => {
    const { db, unit, kinds } = simulate()
    for (let n = 0; n < 6; n++) {
      db.query('SELECT * FROM orders WHERE customer_id = $1', [n], {
        site: siteAt('onMessage'),
        pauseMillis: 6_000,
      })
    }
    unit.end()
    expect(kinds()).toEqual([])
  })
})

describe('everything is bounded', () => {
  test('10,000 statements in one unit of work: the first 64 are looked at', () => {
    const { db, unit, insights, kinds } = simulate()
    for (let n = 0; n < 10_000; n++)
      db.query(`SELECT c${n} FROM t${n} WHERE id = $1`, [n], { rows: [{ id: 1 }, { id: 2 }] })
    loop(db)
    expect(insights.statistics()).toMatchObject({ queries: 10_009 })
    unit.end()
    // The loop came after the limit, and so did most statements.
    expect(insights.statistics().overlooked).toBe(10_009 - maximumGroups)
    expect(kinds()).toEqual(['chatty'])
  })

  test('5,000 units of work at a time: the oldest are judged early', () => {
    const { db, insights } = simulate()
    const first = new UnitOfWork('job', 'first')
    db.unit = first
    for (let n = 0; n < 5; n++) db.query('SELECT * FROM config')
    for (let n = 0; n < 5_000; n++) {
      db.unit = new UnitOfWork('job', `import ${n}`)
      db.query('SELECT * FROM config')
    }
    expect(insights.findings()).toMatchObject([{ kind: 'duplicate_query', unit: 'first' }])
    expect(insights.statistics().units).toBe(5_001 - maximumUnits)
  })

  test('a unit of work that was pushed out and comes back is followed to its end', () => {
    const { db, kinds, insights } = simulate()
    const first = new UnitOfWork('job', 'first')
    for (let round = 0; round < 3; round++) {
      db.query('SELECT * FROM users', [], { unit: first })
      for (let n = 0; n < maximumUnits; n++) {
        db.query('SELECT * FROM config', [], { unit: new UnitOfWork('job', 'other') })
      }
    }
    db.unit = first
    loop(db)
    first.end()
    expect(kinds()).toEqual(['n_plus_one'])
    expect(insights.statistics().routes.find(({ name }) => name === 'first')).toMatchObject({ units: 4 })
  })

  test('100,000 executions of one statement', () => {
    const { db, unit, finding } = simulate()
    db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
    for (let n = 0; n < 100_000; n++) {
      db.query('SELECT * FROM orders WHERE customer_id = $1', [n < ids.length ? ids[n] : n], { millis: 0.01 })
    }
    unit.end()
    expect(finding('n_plus_one')?.evidence).toMatchObject({ count: 100_000, distinct: 1_024 })
  })
})

describe('errors stay inside', () => {
  test('a subscriber that throws does no harm', () => {
    vi.spyOn(diag, 'error').mockImplementation(() => {})
    const { db, unit, insights } = simulate()
    const heard: string[] = []
    insights.subscribe(() => {
      throw new Error('no')
    })
    insights.subscribe(({ kind }) => heard.push(kind))
    loop(db)
    expect(() => unit.end()).not.toThrow()
    expect(heard).toEqual(['n_plus_one'])
  })

  test('a row that throws when it is read does no harm', () => {
    const { db, insights } = simulate()
    const rows = [1, 2].map(() => ({
      get id(): number {
        throw new Error('no')
      },
    }))
    const query = db.start('SELECT id FROM customers')
    const fields = [{ name: 'id', dataTypeID: 23 }]
    expect(() => db.dispatcher.settleQuery(query, undefined, { rows, fields })).not.toThrow()
    loop(db)
    expect(insights.findings()).toHaveLength(1)
  })
})

test('no value and no row is kept', () => {
  const { db, insights } = simulate()
  const secrets = ids.map((id) => `secret-${id}@example.com`)
  db.query('SELECT email FROM customers', [], { rows: column('email', secrets) })
  for (const secret of secrets) {
    db.query(`SELECT * FROM orders WHERE email = $1 AND token = 'literal-${secret}'`, [secret], {
      rows: [{ note: `row-${secret}` }, { note: 'row-x' }],
    })
  }
  const everything = inspect(insights, {
    depth: 40,
    showHidden: true,
    maxArrayLength: null,
    breakLength: 1_000,
  })
  expect(JSON.stringify(insights.findings())).not.toMatch(/secret-|literal-|row-/)
  expect(JSON.stringify(insights.statistics())).not.toMatch(/secret-|literal-|row-/)
  expect(everything).not.toMatch(/secret-|row-/)
})

describe('attaching to the process', () => {
  test('makes every HTTP request a unit of work', async () => {
    const insights = createInsights()
    const detach = insights.attach()
    const { dispatcher } = processState()
    const server = createServer((_request, response) => {
      for (let n = 0; n < 5; n++) queryIn(dispatcher)
      response.end()
    }).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await (await fetch(`http://localhost:${port}/customers/17`)).text()
    await vi.waitFor(() => expect(insights.statistics().units).toBe(1))
    expect(insights.findings()).toMatchObject([{ kind: 'duplicate_query', unit: 'GET /customers/:id' }])
    server.close()
    detach()
    insights.close()
  })

  test('twice observes once, and until both have detached', () => {
    const insights = createInsights()
    const detach = [insights.attach(), insights.attach()]
    const count = (): number => {
      runInUnitOfWork('job', () => queryIn(processState().dispatcher))
      return insights.statistics().queries
    }
    expect(count()).toBe(1)
    detach[0]?.()
    detach[0]?.()
    expect(count()).toBe(2)
    detach[1]?.()
    expect(count()).toBe(2)
  })

  test('by several insights gives each what it observes', () => {
    const all = [createInsights({ console: false }), createInsights({ console: false })]
    const stops = all.map((insights) => insights.attach())
    runInUnitOfWork('job', () => {
      for (let n = 0; n < 5; n++) queryIn(processState().dispatcher)
    })
    for (const insights of all) {
      insights.flush()
      expect(insights.statistics().queries).toBe(5)
      expect(insights.findings().map(({ kind }) => kind)).toEqual(['duplicate_query'])
    }
    for (const stop of stops) stop()
  })

  test('ends with closing', () => {
    const insights = createInsights()
    insights.attach()
    insights.close()
    queryIn(processState().dispatcher)
    expect(insights.statistics().queries).toBe(0)
    expect(processState().dispatcher.isObserved).toBe(false)
  })
})

test('closing reports what is open', () => {
  const { db, insights } = simulate()
  const reported: string[] = []
  insights.subscribe(({ kind }) => reported.push(kind))
  loop(db)
  insights.close()
  expect(reported).toEqual(['n_plus_one'])
})

test('the version is that of package.json', async () => {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
  expect([packageName, packageVersion]).toEqual([manifest.name, manifest.version])
})

const shape = new QueryShapeCache().shapeOf('SELECT * FROM config')
const connection = new Connection(1, { namespace: 'shop', address: 'localhost', port: 5432, user: 'app' })

function queryIn(dispatcher: Dispatcher): void {
  const [unit, now] = [currentUnitOfWork(), performance.now()]
  const query = new QueryExecution(ROOT_CONTEXT, unit, connection, undefined, shape, undefined, false, now)
  dispatcher.queryStarted(query, [])
  dispatcher.settleQuery(query, undefined, { rows: [], fields: [] })
}
