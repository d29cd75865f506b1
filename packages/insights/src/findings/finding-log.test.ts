import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { UnitOfWork } from '@pgspan/lifecycle'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FindingDraft } from './finding.js'
import { findingId } from './finding-id.js'
import { FindingLog } from './finding-log.js'

let now = 1_000
let log: FindingLog
let reported: string[]

beforeEach(() => {
  now = 1_000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  log = new FindingLog()
  reported = []
  log.addSink({ name: 'test', reported: ({ finding }) => reported.push(`${finding.title} ${finding.count}`) })
})
afterEach(() => {
  vi.restoreAllMocks()
})

function draft(title = 'a', changes: Partial<FindingDraft> = {}): FindingDraft {
  return {
    kind: 'n_plus_one',
    tier: 'proven',
    severity: 'warning',
    title,
    evidence: { count: 12 },
    summary: 'SELECT customers',
    fingerprint: title,
    statement: 'SELECT 1',
    namespace: 'shop',
    callSite: undefined,
    fix: () => '',
    ...changes,
  }
}

function sight(one: FindingDraft = draft()): void {
  log.open(one, { unit: undefined, callerContext: ROOT_CONTEXT })?.settle()
}

describe('the identity of a finding', () => {
  test('is the same in every process', () => {
    const source = { fingerprint: '1-aaaa', summary: '', statement: '', column: 'orders.id', rows: 3 }
    const complete = draft('1-bbbb', { source, comparedColumn: 'order_id' })
    expect(findingId(complete, 'GET /orders')).toBe('dabd4145a147ee1a')
  })

  test('does not change with lines, figures and traces', () => {
    const changed = draft('a', {
      evidence: { count: 900 },
      callSite: { file: 'a.ts', line: 3, column: 1, functionName: 'f', library: undefined },
      severity: 'critical',
    })
    expect(findingId(changed, 'GET /')).toBe(findingId(draft(), 'GET /'))
  })

  test.each<[string, Partial<FindingDraft>]>([
    ['kind', { kind: 'duplicate_query' }],
    ['statement', { fingerprint: 'b' }],
    ['compared column', { comparedColumn: 'id' }],
    ['source', { source: { fingerprint: 'x', summary: '', statement: '', column: 'a', rows: 1 } }],
  ])('changes with the %s', (_, change) => {
    expect(findingId(draft('a', change), 'GET /')).not.toBe(findingId(draft(), 'GET /'))
  })

  test('changes with the unit of work', () => {
    expect(findingId(draft(), 'GET /a')).not.toBe(findingId(draft(), 'GET /b'))
  })
})

describe('a finding is reported', () => {
  test('the 1st, 2nd, 4th and 8th time', () => {
    for (let n = 0; n < 10; n++) sight()
    expect(reported).toEqual(['a. 1', 'a. 2', 'a. 4', 'a. 8'])
    expect(log.findings[0]?.count).toBe(10)
  })

  test('again after five minutes', () => {
    for (let n = 0; n < 3; n++) sight()
    now += 300_000
    sight(draft('a'))
    sight(draft('a'))
    now += 300_000
    sight(draft('a'))
    expect(reported).toEqual(['a. 1', 'a. 2', 'a. 4', 'a. 6'])
  })

  test('at most ten times per second, all together, and counted nevertheless', () => {
    const counted: string[] = []
    log.addSink({ name: 'counter', counted: ({ finding }) => counted.push(finding.id) })
    for (let n = 0; n < 50; n++) sight(draft(`s${n}`))
    expect(reported.length).toBe(10)
    expect(counted.length).toBe(50)
    now += 500
    for (let n = 50; n < 100; n++) sight(draft(`s${n}`))
    expect(reported.length).toBe(15)
  })

  test('with its final evidence, once', () => {
    const sighting = log.open(draft('early'), { unit: undefined, callerContext: ROOT_CONTEXT })
    expect(reported).toEqual([])
    sighting?.update(draft('late'))
    sighting?.settle()
    sighting?.settle()
    expect(reported).toEqual(['late. 1'])
  })

  test('after five seconds, if its unit of work lasts longer', () => {
    log.open(draft(), { unit: new UnitOfWork('job', 'import'), callerContext: ROOT_CONTEXT })
    now += 4_000
    log.settleOld()
    expect(reported).toEqual([])
    now += 1_000
    log.settleOld()
    expect(reported).toEqual(['a, in import. 1'])
  })
})

describe('the list of findings', () => {
  test('begins with the latest', () => {
    for (const title of ['a', 'b', 'a']) sight(draft(title))
    expect(log.findings.map(({ fingerprint }) => fingerprint)).toEqual(['a', 'b'])
  })

  test('shows the best evidence, and when it was first and last seen', () => {
    for (const count of [5, 40, 7]) sight(draft('a', { evidence: { count } }))
    expect(log.findings[0]).toMatchObject({ evidence: { count: 40 }, count: 3 })
  })

  test('ends after 2,000', () => {
    for (let n = 0; n < 2_100; n++) sight(draft(`s${n}`))
    expect(log.findings.length).toBe(2_000)
    expect(log.findings.at(-1)?.fingerprint).toBe('s100')
  })
})

describe('over all its sightings, a finding', () => {
  const sightIn = (traceId: string, traceFlags: TraceFlags, savedMillis: number): void => {
    const callerContext = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '0'.repeat(16), traceFlags })
    log
      .open(draft('a', { evidence: { count: 12, savedMillis } }), { unit: undefined, callerContext })
      ?.settle()
  }

  test('shows three traces, sampled ones first, of these the latest first', () => {
    sightIn('not sampled', TraceFlags.NONE, 1)
    for (const n of [1, 2]) sightIn(`sampled ${n}`, TraceFlags.SAMPLED, 1)
    sightIn('sampled 1', TraceFlags.SAMPLED, 1)
    sightIn('not sampled either', TraceFlags.NONE, 1)
    expect(log.findings[0]?.traceIds).toEqual(['sampled 1', 'sampled 2', 'not sampled either'])
  })

  test('adds up what its fix would have saved', () => {
    for (const millis of [10, 2.5, 4]) sightIn('a', TraceFlags.SAMPLED, millis)
    expect(log.findings[0]?.totalSavedMillis).toBe(16.5)
  })
})

test('what a unit of work that lasts makes again and again is kept once for it', () => {
  const unit = new UnitOfWork('trace', 'worker')
  for (let n = 1; n <= 100; n++) {
    log.open(draft('a', { evidence: { count: n } }), { unit, callerContext: ROOT_CONTEXT })?.settle()
  }
  expect(log.findingsOf(unit).map(({ evidence }) => evidence.count)).toEqual([100])
})

describe('the fix of a finding', () => {
  const fixOf = (changes: Partial<FindingDraft>, unitName: string): string | undefined => {
    const site = { file: 'a.ts', line: 3, column: 1, functionName: 'f', library: 'knex', path: 1 }
    const unit = new UnitOfWork('http', unitName)
    log.open(draft(unitName, { fix: () => 'Do it.', callSite: site, ...changes }), {
      unit,
      callerContext: ROOT_CONTEXT,
    })
    return log.findings[0]?.fix
  }

  test('says how the library in use does it', () => {
    expect(fixOf({ kind: 'write_loop' }, 'POST /orders')).toBe(
      'Do it. With Knex: `knex(table).insert([…])`, or `knex.batchInsert(table, rows)`.',
    )
    expect(fixOf({ kind: 'slow_query' }, 'GET /a')).toBe('Do it.')
    expect(fixOf({ kind: 'write_loop', callSite: undefined }, 'GET /b')).toBe('Do it.')
  })

  test('speaks of DataLoader where GraphQL is served, by the name of the request or the span around the query', () => {
    const advised = 'Do it. In resolvers, load through a `DataLoader` that is made once per request.'
    expect(fixOf({}, 'POST /graphql')).toBe(advised)
    expect(fixOf({}, 'POST /paragraphqls')).toBe('Do it.')
    const span = Object.assign(trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }), {
      instrumentationScope: { name: '@opentelemetry/instrumentation-graphql' },
    })
    const callerContext = trace.setSpan(ROOT_CONTEXT, span)
    log.open(draft('resolved', { fix: () => 'Do it.' }), { unit: undefined, callerContext })
    expect(log.findings[0]?.fix).toBe(advised)
  })
})

test('what made room and what waited for its second is counted', () => {
  for (let n = 0; n < 2_100; n++) sight(draft(`s${n}`))
  expect([log.forgotten, log.withheld]).toEqual([100, 2_090])
})

test('a sink that throws is named once, and the others still run', async () => {
  const { diag, DiagLogLevel } = await import('@opentelemetry/api')
  const errors: unknown[][] = []
  const silent = {
    error: (...args: unknown[]) => errors.push(args),
    warn() {},
    info() {},
    debug() {},
    verbose() {},
  }
  diag.setLogger(silent, DiagLogLevel.ERROR)
  const failing = new FindingLog()
  failing.addSink({
    name: 'broken',
    updated() {
      throw new Error('no')
    },
    reported() {
      throw new Error('no')
    },
  })
  failing.addSink({ name: 'working', reported: ({ finding }) => reported.push(finding.title) })
  failing.open(draft(), { unit: undefined, callerContext: ROOT_CONTEXT })?.settle()
  diag.disable()
  expect(reported).toEqual(['a.'])
  expect(errors.map(([message]) => message)).toEqual([
    'pgspan: broken threw at a finding; further errors are not shown.',
  ])
})
