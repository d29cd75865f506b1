import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { column } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'
import { createInsights } from '../insights.js'
import { ignoreFindings } from './ignore-findings.js'

const folder = mkdtempSync(join(tmpdir(), 'pgspan-suppressions-'))
afterAll(() => rmSync(folder, { recursive: true }))
const reason = 'a report for the night'
const ids = [9041, 217, 3310, 58213, 771, 4402]
const warnings: string[] = []

beforeEach(() => {
  warnings.length = 0
  const warn = (message: string): void => void warnings.push(message)
  diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  onTestFinished(() => diag.disable())
})

function fileWith(...suppressions: unknown[]): string {
  const path = join(folder, 'suppressions.json')
  writeFileSync(path, JSON.stringify({ version: 1, suppressions }))
  return path
}

function loop({ db }: Simulation, text = 'SELECT name FROM customers WHERE id = $1'): void {
  db.query('SELECT id, customer_id FROM orders', [], { rows: column('customer_id', ids) })
  for (const id of ids) db.query(text, [id])
}

describe('a suppression of the file', () => {
  test.each<[string, Record<string, string>]>([
    ['id', { id: '3ca748ba0582c99f' }],
    ['kind', { kind: 'n_plus_one' }],
    ['unit', { unit: 'GET /ord*' }],
    ['statement', { statement: 'SELECT * FROM customers WHERE *' }],
    ['all of them', { kind: 'n_plus_one', unit: 'GET /orders', statement: '*customers*' }],
  ])('by %s keeps a finding from being made, and counts it', (_, pattern) => {
    const simulation = simulate({ suppressionsFile: fileWith({ ...pattern, reason }) })
    loop(simulation)
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
    expect(simulation.insights.suppressions()).toMatchObject([{ matches: 1, isExpired: false }])
  })

  test.each<[string, Record<string, string>]>([
    ['id', { id: '0000000000000000' }],
    ['kind', { kind: 'slow_query' }],
    ['unit', { unit: 'GET /order' }],
    ['statement', { statement: 'SELECT * FROM orders' }],
    ['unit of two that must both fit', { kind: 'n_plus_one', unit: 'POST *' }],
  ])('of another %s changes nothing, and is named at the end', (_, pattern) => {
    const simulation = simulate({ suppressionsFile: fileWith({ ...pattern, reason }) })
    loop(simulation)
    simulation.insights.close()
    simulation.insights.close()
    expect(simulation.finding('n_plus_one')?.id).toBe('3ca748ba0582c99f')
    const [name, value] = Object.entries(pattern)[0] ?? []
    expect(warnings).toEqual([
      expect.stringMatching(/^pgspan: suppressions that matched nothing since the start: /),
    ])
    expect(warnings[0]).toContain(`${name} ${value}`)
  })

  test('holds until the end of its last day, and then is named once', () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-10T23:59:59Z'), toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const path = fileWith({ kind: 'n_plus_one', reason, expires: '2026-03-10' })
    const before = simulate({ suppressionsFile: path })
    loop(before)
    expect(warnings).toEqual([])
    vi.setSystemTime(Date.parse('2026-03-11T00:00:00Z'))
    const after = simulate({ suppressionsFile: path })
    loop(after)
    after.insights.close()
    expect(before.kinds()).toEqual([])
    expect(after.kinds()).toEqual(['n_plus_one'])
    expect(warnings).toEqual([
      'pgspan: suppressions have expired and hold no longer: kind n_plus_one (until 2026-03-10)',
    ])
  })

  test('that was not needed is not named if there were no queries', () => {
    createInsights({ suppressionsFile: fileWith({ kind: 'n_plus_one', reason }) }).close()
    expect(warnings).toEqual([])
  })
})

test.each<[problem: string, entry: unknown]>([
  ['entry 1: must be an object', 7],
  ['entry 1: reason is missing', { kind: 'n_plus_one' }],
  ['entry 1: reason must be a non-empty string', { kind: 'n_plus_one', reason: ' ' }],
  ['entry 1: one of id, kind, unit and statement is needed', { reason }],
  ['entry 1: id must be 16 hexadecimal digits', { id: 'x', reason }],
  ['entry 1: kind must be one of n_plus_one, ', { kind: 'n+1', reason }],
  [
    'entry 1: expires must be a day such as 2027-01-31',
    { kind: 'n_plus_one', reason, expires: '2027-02-31' },
  ],
  ['entry 1: statment is no field; did you mean statement?', { statment: 'a', reason }],
])('a suppressions file is refused: %s', (problem, entry) => {
  const suppressionsFile = fileWith(entry)
  expect(() => createInsights({ suppressionsFile })).toThrow(TypeError)
  expect(() => createInsights({ suppressionsFile })).toThrow(
    `suppressionsFile: ${suppressionsFile} ${problem}`,
  )
})

test('a suppressions file that is none is refused', () => {
  const path = join(folder, 'no.json')
  expect(() => createInsights({ suppressionsFile: path })).toThrow(`${path} cannot be read: ENOENT`)
  writeFileSync(path, '{')
  expect(() => createInsights({ suppressionsFile: path })).toThrow(`${path} is not JSON`)
  writeFileSync(path, '[]')
  expect(() => createInsights({ suppressionsFile: path })).toThrow(/must hold { "version": 1/)
})

describe('code that ignores findings', () => {
  test('has none of the kinds that it names, and all others', () => {
    const simulation = simulate()
    ignoreFindings({ kinds: ['n_plus_one'], reason }, () => {
      loop(simulation)
      simulation.db.query('SELECT * FROM reports', [], { millis: 140 })
    })
    simulation.unit.end()
    expect(simulation.kinds()).toEqual(['slow_query'])
    expect(simulation.insights.statistics().suppressed).toEqual({ byComment: 0, byCode: 1, byFile: 0 })
  })

  test('that calls code that ignores others has neither', () => {
    const simulation = simulate()
    ignoreFindings({ kinds: ['n_plus_one'], reason }, () =>
      ignoreFindings({ kinds: ['slow_query'], reason }, () => {
        loop(simulation)
        simulation.db.query('SELECT * FROM reports', [], { millis: 140 })
      }),
    )
    simulation.unit.end()
    expect(simulation.kinds()).toEqual([])
  })

  test('hides nothing of the same statements outside of it, in the same unit of work', () => {
    const simulation = simulate()
    ignoreFindings({ reason }, () => loop(simulation))
    loop(simulation)
    simulation.unit.end()
    expect(simulation.finding('n_plus_one')?.evidence.count).toBe(6)
  })

  test('is counted in statistics, and its results are sources of others’ loops', () => {
    const simulation = simulate()
    const { db } = simulation
    ignoreFindings({ reason }, () =>
      db.query('SELECT id, customer_id FROM orders', [], { rows: column('customer_id', ids) }),
    )
    for (const id of ids) db.query('SELECT name FROM customers WHERE id = $1', [id])
    simulation.unit.end()
    expect(simulation.finding('n_plus_one')?.source?.column).toBe('orders.customer_id')
    expect(simulation.insights.statistics().queries).toBe(7)
  })

  test.each<[string, unknown]>([
    ['an object with a reason', undefined],
    ['reason must be a non-empty string', {}],
    ['kinds must be an array of at least one kind', { reason, kinds: [] }],
    ['kinds must be of n_plus_one, ', { reason, kinds: ['n+1'] }],
  ])('is refused: %s', (problem, ignored) => {
    // What plain JavaScript may pass.
    expect(() => ignoreFindings(ignored as { reason: string }, () => 1)).toThrow(problem)
  })
})

test('a comment that ignores findings is counted', () => {
  const simulation = simulate()
  loop(simulation, '/* pgspan:ignore n_plus_one, repeated_query */ SELECT name FROM customers WHERE id = $1')
  simulation.unit.end()
  expect(simulation.insights.statistics().suppressed.byComment).toBe(1)
})
