import { type DiagLogger, diag } from '@opentelemetry/api'
import { UnitOfWork } from '@pgspan/lifecycle'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { simulate } from '../test/simulation.js'
import { CircuitBreaker } from './circuit-breaker.js'

let now = 0
const complaints: unknown[][] = []
const silent = (): void => {}

beforeEach(() => {
  now = 5_000
  complaints.length = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const logger: DiagLogger = {
    error: (...said) => complaints.push(said),
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  }
  diag.setLogger(logger, { suppressOverrideMessage: true })
})
afterEach(() => {
  diag.disable()
  vi.restoreAllMocks()
})

function times(count: number, act: (n: number) => void): void {
  for (let n = 0; n < count; n++) act(n)
}

describe('the breaker opens for a minute', () => {
  test.each<[string, (breaker: CircuitBreaker) => void]>([
    ['after ten errors within a minute', (breaker) => times(10, () => breaker.record(new Error('ours')))],
    ['when queries cost a millisecond and more', (breaker) => times(64, () => breaker.took(1.2))],
    [
      'when a tenth of them cost twelve',
      (breaker) => times(64, (n) => breaker.took(n % 10 === 0 ? 12 : 0.02)),
    ],
  ])('%s, says so once, and closes again', (_, act) => {
    const breaker = new CircuitBreaker()
    act(breaker)
    expect([breaker.isOpen, breaker.rests, complaints.length]).toEqual([true, 1, 1])
    expect(breaker.run(() => 'ran')).toBeUndefined()
    now += 60_000
    expect(breaker.isOpen).toBe(false)
    expect(breaker.run(() => 'ran')).toBe('ran')
  })
})

describe('the breaker stays closed', () => {
  test.each<[string, (breaker: CircuitBreaker) => void]>([
    ['where queries cost a third of a millisecond', (breaker) => times(1_000, () => breaker.took(0.3))],
    [
      'where the machine stood still twice',
      (breaker) => times(640, (n) => breaker.took(n % 320 ? 0.02 : 2_000)),
    ],
    [
      'where errors are far apart',
      (breaker) =>
        times(50, () => {
          now += 10_000
          breaker.record(new Error('ours'))
        }),
    ],
  ])('%s', (_, act) => {
    const breaker = new CircuitBreaker()
    act(breaker)
    expect([breaker.isOpen, breaker.rests, complaints]).toEqual([false, 0, []])
  })
})

test('rows that take long to read switch insights off, and a minute later they are looked at again', () => {
  const { db, insights } = simulate({ slowQueryMillis: false })
  const id = {
    get id() {
      db.wait(3)
      return 7
    },
  }
  const run = (): void => {
    const unit = new UnitOfWork('job', 'import')
    db.query('SELECT id FROM orders WHERE shop_id = $1', [1], { unit, rows: [id, id] })
    unit.end()
  }
  times(64 * 32, run)
  expect(insights.statistics().limits.rests).toBe(1)
  const { queries } = insights.statistics()
  times(10, run)
  expect(insights.statistics().queries).toBe(queries)
  db.wait(60_000)
  times(10, run)
  expect(insights.statistics().queries).toBe(queries + 10)
})
