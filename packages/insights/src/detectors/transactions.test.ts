import { UnitOfWork } from '@pgspan/lifecycle'
import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const update = 'UPDATE accounts SET balance = $1 WHERE id = $2'

/** A transaction of one statement, with pauses before it and after it, and its execution time. */
function transact({ db }: Simulation, before: number, millis: number, after: number): void {
  db.query('BEGIN')
  db.query(update, [5, 1], { pauseMillis: before, millis, rowCount: 1 })
  db.query('COMMIT', [], { pauseMillis: after, site: siteAt('transfer') })
}

describe('a slow transaction', () => {
  test('is open for a second and more while the server works for it', () => {
    const simulation = simulate({ slowQueryMillis: false })
    transact(simulation, 0, 1_100, 100)
    expect(simulation.kinds()).toEqual(['slow_transaction'])
    expect(simulation.finding('slow_transaction')).toMatchObject({
      severity: 'info',
      title: 'The transaction of UPDATE accounts was open for 1202 ms, in GET /orders.',
      evidence: { count: 1, statements: 1, executionMillis: 1_102, idleMillis: 100, outcome: 'committed' },
      statement: update,
      callSite: { functionName: 'transfer' },
    })
  })

  test('is a warning at the third time within an hour, and at once from five seconds on', () => {
    const simulation = simulate({ slowQueryMillis: false })
    const severities = [1, 2, 3].map(() => {
      transact(simulation, 0, 1_100, 0)
      return simulation.finding('slow_transaction')?.severity
    })
    expect(severities).toEqual(['info', 'info', 'warning'])
    const once = simulate({ slowQueryMillis: false })
    transact(once, 0, 5_100, 0)
    expect(once.finding('slow_transaction')?.severity).toBe('warning')
  })

  test('is none while it is shorter, and none that only waits for the application', () => {
    const short = simulate({ slowQueryMillis: false })
    transact(short, 0, 900, 50)
    expect(short.kinds()).toEqual([])
    const idle = simulate()
    transact(idle, 0, 20, 1_500)
    expect(idle.kinds()).toEqual(['idle_in_transaction'])
  })

  test('is none in a migration', () => {
    const { db, kinds } = simulate({ slowQueryMillis: false })
    db.query('SELECT * FROM knex_migrations')
    db.query('BEGIN')
    db.query('ALTER TABLE orders ADD COLUMN note text', [], { millis: 3_000 })
    db.query('COMMIT')
    expect(kinds()).toEqual([])
  })

  test('may begin and end outside any unit of work, rolled back, chained, and with others in one text', () => {
    const { db, insights } = simulate({ slowQueryMillis: false })
    db.unit = undefined
    db.query('START TRANSACTION')
    db.query(update, [5, 1], { millis: 1_000 })
    db.query('ROLLBACK AND CHAIN')
    db.query(update, [5, 1], { millis: 2_000 })
    db.query("SET LOCAL lock_timeout = '5s'; COMMIT; BEGIN")
    db.query('SELECT * FROM orders', [], { millis: 3_000 })
    db.query('END')
    const seen = insights.findings().map(({ summary, evidence, unit }) => [summary, evidence.outcome, unit])
    expect(seen).toEqual([
      ['SELECT orders', 'committed', ''],
      ['UPDATE accounts', 'committed', ''],
    ])
    expect(insights.findings()[1]?.count).toBe(2)
  })

  test.each([
    ['BEGIN /* pgspan:ignore slow_transaction */', update],
    ['BEGIN', `${update} /* pgspan:ignore * */`],
  ])('is none where its comments say so: %s; %s', (begin, text) => {
    const { db, kinds } = simulate({ slowQueryMillis: false })
    db.query(begin)
    db.query(text, [5, 1], { millis: 1_200, rowCount: 1 })
    db.query('COMMIT')
    expect(kinds()).toEqual([])
  })

  test('that was taken back to a savepoint after a failure did commit', () => {
    const { db, finding } = simulate({ slowQueryMillis: false })
    db.query('BEGIN')
    db.query('SAVEPOINT a')
    db.query(update, [5, 1], { millis: 1_200, error: { code: '23514' } })
    db.query('ROLLBACK TO a')
    db.query('COMMIT')
    expect(finding('slow_transaction')?.evidence.outcome).toBe('committed')
  })

  test('is followed though a thousand others were never ended', () => {
    const { db, kinds } = simulate({ slowQueryMillis: false })
    for (let n = 0; n < 1_100; n++) db.query('BEGIN', [], { connection: db.anotherConnection() })
    const connection = db.anotherConnection()
    db.query('BEGIN', [], { connection })
    db.query(update, [5, 1], { connection, millis: 1_200, rowCount: 1 })
    db.query('COMMIT', [], { connection })
    expect(kinds()).toEqual(['slow_transaction'])
  })

  test('that had a failure did not commit, whatever it asked for', () => {
    const { db, finding } = simulate({ slowQueryMillis: false })
    db.query('BEGIN')
    db.query(update, [5, 1], { millis: 1_200, error: { code: '23514' } })
    db.query('COMMIT')
    expect(finding('slow_transaction')?.evidence.outcome).toBe('rolled_back')
  })
})

describe('a transaction is idle while the server waits for its next statement', () => {
  test('for 250 ms and more, of which nobody knows what ran', () => {
    const simulation = simulate()
    transact(simulation, 0, 5, 260)
    expect(simulation.finding('idle_in_transaction')).toMatchObject({
      severity: 'info',
      title: 'The transaction of UPDATE accounts was idle for 260 ms, in GET /orders.',
      evidence: { idleMillis: 260, longestIdleMillis: 260, meanwhileKind: 'unknown', meanwhileMillis: 0 },
      callSite: { functionName: 'transfer' },
    })
  })

  test('for half of its time and 500 ms in many pauses', () => {
    const { db, finding } = simulate()
    db.query('BEGIN')
    for (let n = 0; n < 5; n++) db.query(update, [5, n], { pauseMillis: 110, millis: 20, rowCount: 1 })
    db.query('COMMIT')
    expect(finding('idle_in_transaction')).toMatchObject({ evidence: { longestIdleMillis: 110 } })
  })

  test('and not for 20 ms of computing, nor for less than half of its time', () => {
    const computing = simulate()
    transact(computing, 20, 5, 20)
    expect(computing.kinds()).toEqual([])
    const { db, kinds } = simulate({ slowTransactionMillis: false })
    db.query('BEGIN')
    for (let n = 0; n < 6; n++) db.query(update, [5, n], { pauseMillis: 90, millis: 99, rowCount: 1 })
    db.query('COMMIT')
    expect(kinds()).toEqual([])
  })

  test('while it queries on another connection', () => {
    const { db, finding } = simulate()
    db.query('BEGIN')
    db.query(update, [5, 1], { rowCount: 1 })
    const other = db.checkOut(60, { connection: db.anotherConnection() })
    db.query('SELECT * FROM rates', [], {
      connection: other.connection as never,
      checkout: other,
      millis: 300,
    })
    db.query('COMMIT')
    expect(finding('idle_in_transaction')).toMatchObject({
      severity: 'warning',
      title: expect.stringContaining(': SELECT rates ran for 300 ms on another connection'),
      evidence: { meanwhileKind: 'query', meanwhile: 'SELECT rates' },
    })
  })

  test('while it waits for another connection of its pool', () => {
    const { db, finding } = simulate()
    db.query('BEGIN')
    db.query(update, [5, 1], { rowCount: 1 })
    db.checkOut(900, { connection: db.anotherConnection() })
    db.query('COMMIT')
    expect(finding('idle_in_transaction')).toMatchObject({
      title: expect.stringContaining(': it waited 900 ms for pool shop'),
    })
  })

  test('while the event loop is blocked, which is no warning', () => {
    const { db, finding } = simulate()
    db.query('BEGIN')
    db.query(update, [5, 1], { rowCount: 1 })
    db.query('COMMIT', [], { pauseMillis: 400, stallMillis: 380 })
    expect(finding('idle_in_transaction')).toMatchObject({
      severity: 'info',
      evidence: { meanwhileKind: 'stall', meanwhileMillis: 380 },
    })
  })

  test('and not because queries of another unit of work run', () => {
    const { db, finding } = simulate({ slowQueryMillis: false })
    db.query('BEGIN')
    db.query(update, [5, 1], { rowCount: 1 })
    db.query('SELECT * FROM rates', [], {
      unit: new UnitOfWork('http', 'GET /rates'),
      connection: db.anotherConnection(),
      millis: 300,
    })
    db.query('COMMIT')
    expect(finding('idle_in_transaction')?.evidence.meanwhileKind).toBe('unknown')
  })
})

describe('a connection that is released inside a transaction', () => {
  test('is a warning, and from the second time on its line is known', () => {
    const { db, finding } = simulate()
    const seen = [1, 2].map(() => {
      const checkout = db.checkOut(0, { path: 'idle', forSingleQuery: false })
      db.query('BEGIN', [], { checkout })
      db.query(update, [5, 1], { checkout, rowCount: 1, site: siteAt('transfer') })
      db.release(checkout)
      return finding('transaction_left_open')?.callSite?.functionName
    })
    expect(seen).toEqual([undefined, 'transfer'])
    expect(finding('transaction_left_open')).toMatchObject({
      severity: 'warning',
      title: 'A connection was released with the transaction of UPDATE accounts still open, in GET /orders.',
      evidence: { count: 1, statements: 1 },
      fix: expect.stringContaining('ROLLBACK'),
    })
  })

  test('is none when its end is under way, when the connection is closed with it, or when it was ended', () => {
    const { db, kinds } = simulate()
    const sloppy = db.checkOut(0, { path: 'idle' })
    db.query('BEGIN', [], { checkout: sloppy })
    db.query(update, [5, 1], { checkout: sloppy, rowCount: 1 })
    const commit = db.start('COMMIT', [], { checkout: sloppy })
    db.release(sloppy)
    db.settle(commit)
    const failed = db.checkOut(0, { path: 'idle' })
    db.query('BEGIN', [], { checkout: failed })
    db.release(failed, new Error('broken'))
    const ended = db.checkOut(0, { path: 'idle' })
    db.query('BEGIN', [], { checkout: ended })
    db.query('ROLLBACK TO SAVEPOINT a', [], { checkout: ended })
    db.query('ROLLBACK', [], { checkout: ended })
    db.release(ended)
    expect(kinds()).toEqual([])
  })

  test('is found when what was under way does not end it', () => {
    const { db, kinds } = simulate()
    const checkout = db.checkOut(0, { path: 'idle' })
    db.query('BEGIN', [], { checkout })
    const running = db.start(update, [5, 1], { checkout })
    db.release(checkout)
    expect(kinds()).toEqual([])
    db.settle(running, { rowCount: 1 })
    expect(kinds()).toEqual(['transaction_left_open'])
  })
})
