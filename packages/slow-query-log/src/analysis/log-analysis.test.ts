import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { analyseLog, latestQueries } from './log-analysis.js'
import type { LogBatch, LoggedQuery } from './logged-query.js'
import { logFilesOf, readFiles } from './read-files.js'

const start = Date.UTC(2026, 10, 21, 12)

function query(n: number, more: Partial<LoggedQuery> = {}): LoggedQuery {
  return {
    time: start + n * 1_000,
    reason: 'slow',
    millis: 100,
    poolWaitMillis: 1,
    queueMillis: 0,
    rows: 2,
    error: undefined,
    fingerprint: 'f1',
    summary: 'SELECT orders',
    statement: 'SELECT * FROM orders',
    unit: 'GET /orders/:id',
    traceId: undefined,
    callSite: 'src/orders.ts:12',
    database: 'shop',
    ...more,
  }
}

async function* batches(...queries: LoggedQuery[]): AsyncGenerator<LogBatch> {
  for (const one of queries) yield { queries: [one], lost: 0, unreadable: 0 }
}

test('queries are added up by statement and by request, the most expensive first', async () => {
  const analysis = await analyseLog(
    batches(
      query(0),
      query(1, { millis: 300, unit: 'nightly', rows: 5 }),
      query(2, {
        fingerprint: 'f2',
        summary: 'UPDATE stock',
        millis: 1_000,
        error: '40001',
        callSite: undefined,
      }),
    ),
  )
  expect(analysis).toMatchObject({
    from: '2026-11-21T12:00:00.000Z',
    until: '2026-11-21T12:00:02.000Z',
    all: { count: 3, failed: 1, totalMillis: 1_400, maximumMillis: 1_000, rows: 9, poolWaitMillis: 3 },
    reasons: [{ name: 'slow', count: 3 }],
    families: [
      { fingerprint: 'f2', count: 1, failed: 1, errors: [{ name: '40001', count: 1 }], callSites: [] },
      {
        fingerprint: 'f1',
        count: 2,
        meanMillis: 200,
        units: [
          { name: 'GET /orders/:id', count: 1 },
          { name: 'nightly', count: 1 },
        ],
        callSites: [{ name: 'src/orders.ts:12', count: 2 }],
      },
    ],
    routes: [
      { name: 'GET /orders/:id', count: 2, totalMillis: 1_100 },
      { name: 'nightly', count: 1 },
    ],
    timelineSeconds: 1,
  })
  expect(analysis.timeline.map(({ count }) => count)).toEqual([1, 1, 1])
  expect(analysis.families[1]?.slowest.map(({ millis }) => millis)).toEqual([300, 100])
})

test.each([
  [{ since: start + 5_000 }, 5],
  [{ until: start + 5_000 }, 5],
  [{ since: start + 2_000, until: start + 4_000 }, 2],
  [{ route: '/orders/:id' }, 9],
  [{ route: 'GET /orders/:id' }, 9],
  [{ route: 'nightly' }, 1],
  [{ slowerThanMillis: 107 }, 3],
])('%j is what is looked at', async (filter, count) => {
  const all = Array.from({ length: 10 }, (_, n) =>
    query(n, { millis: 100 + n, unit: n === 0 ? 'nightly' : 'GET /orders/:id' }),
  )
  expect((await analyseLog(batches(...all), filter)).all.count).toBe(count)
})

test('an empty log has no times and no figures', async () => {
  expect(await analyseLog(batches())).toMatchObject({
    from: undefined,
    until: undefined,
    all: { count: 0, totalMillis: 0, meanMillis: 0, p95Millis: 0, histogram: [] },
    families: [],
    timeline: [],
  })
})

test('quantiles are off by 6 % at most, and bars count every query', async () => {
  const all = Array.from({ length: 5_100 }, (_, n) => query(0, { millis: n + 1 }))
  const { p50Millis, p95Millis, histogram } = (await analyseLog(batches(...all))).all
  expect(Math.abs(p50Millis / 2_550 - 1)).toBeLessThan(0.06)
  expect(Math.abs(p95Millis / 4_845 - 1)).toBeLessThan(0.06)
  expect(histogram.map(({ from }) => from)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000])
  expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(5_100)
})

test('durations that are none of this world are counted', async () => {
  const all = [0, -1, 1e-9, 1e12].map((millis) => query(0, { millis }))
  const { histogram } = (await analyseLog(batches(...all))).all
  expect(histogram.at(0)?.count).toBe(3)
  expect(histogram.at(-1)?.count).toBe(1)
})

test('a timeline has at most 400 points, whatever time it covers, and loses no query', async () => {
  for (const step of [1, 60, 86_400]) {
    const all = Array.from({ length: 2_000 }, (_, n) =>
      query(n * step, { error: n % 2 === 0 ? '57014' : undefined }),
    )
    const { timeline, timelineSeconds } = await analyseLog(batches(...all))
    expect(timeline.length).toBeLessThanOrEqual(400)
    expect(timelineSeconds).toBeGreaterThan(step)
    expect(timeline.reduce((sum, { count }) => sum + count, 0)).toBe(2_000)
    expect(timeline.reduce((sum, { failed }) => sum + failed, 0)).toBe(1_000)
  }
})

test('beyond 2,000 statements and requests the others are one', async () => {
  const all = Array.from({ length: 3_000 }, (_, n) => query(0, { fingerprint: `f${n}`, unit: `u${n}` }))
  const { families, routes } = await analyseLog(batches(...all))
  expect(families).toHaveLength(2_001)
  expect(routes.find(({ name }) => name === '_OTHER')?.count).toBe(1_000)
  expect(families.find(({ fingerprint }) => fingerprint === '_OTHER')).toMatchObject({
    count: 1_000,
    statement: '',
  })
})

test('the latest queries are those with the latest times, wherever in the log they are', async () => {
  const all = Array.from({ length: 100 }, (_, n) => query((n * 37) % 100))
  const latest = await latestQueries(batches(...all), 3, { until: start + 50_000 })
  expect(latest.map(({ time }) => (time - start) / 1_000)).toEqual([47, 48, 49])
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('files are read from the one that was put aside first to the one that is written to', async () => {
  const names = [
    'queries.ndjson',
    'queries.20261121T120000000Z-001.ndjson',
    'queries.20261120T120000000Z-002.ndjson',
    'queries.20261120T120000000Z-001.ndjson',
  ]
  for (const name of [...names, 'other.txt', '.queries.ndjson.history'])
    await writeFile(join(folder, name), '')
  expect((await logFilesOf(folder)).map((path) => basename(path))).toEqual(names.toReversed())
  expect(await logFilesOf(join(folder, 'queries.ndjson'))).toEqual([join(folder, 'queries.ndjson')])
  await expect(logFilesOf(join(folder, 'missing'))).rejects.toThrow('ENOENT')
})

test('lines that are no entries are counted, those of other events are passed over, losses are added up', async () => {
  const entry = {
    time: '2026-11-21T12:00:00.000Z',
    'event.name': 'pgspan.query',
    'pgspan.execution.time': 0.25,
  }
  const lines = [
    JSON.stringify(entry),
    '{"time":"2026-11-2',
    'null',
    '"text"',
    '',
    JSON.stringify({ ...entry, time: 'yesterday' }),
    JSON.stringify({ ...entry, 'event.name': 'pgspan.connection.opened' }),
    JSON.stringify({ 'event.name': 'pgspan.log.lost', 'pgspan.log.lost': 12 }),
    JSON.stringify({ 'event.name': 'pgspan.log.lost', 'pgspan.log.lost': 3 }),
    JSON.stringify({ ...entry, 'db.query.text': 'ü'.repeat(100) }),
  ]
  const path = join(folder, 'queries.ndjson')
  await writeFile(path, lines.join('\n'))
  const { all, lost, unreadable } = await analyseLog(readFiles([path]))
  expect({ count: all.count, total: all.totalMillis, lost, unreadable }).toEqual({
    count: 2,
    total: 500,
    lost: 15,
    unreadable: 4,
  })
})

test('a file that is not text, or one line without an end, is no entry and does no harm', async () => {
  const path = join(folder, 'queries.ndjson')
  await writeFile(path, Buffer.alloc(20 * 1024 * 1024, 0xff))
  expect(await analyseLog(readFiles([path]))).toMatchObject({ all: { count: 0 } })
})
