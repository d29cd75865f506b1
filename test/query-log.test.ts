import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { nameRoute, runInUnitOfWork } from '@pgspan/lifecycle'
import { createQueryLog, type LogEntry, toLogger, toOpenTelemetry, toStream } from '@pgspan/slow-query-log'
import pino from 'pino'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
const records = new InMemoryLogRecordExporter()
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: records })] }),
)
afterAll(() => instrumentation.disable())

const entries: LogEntry[] = []
beforeEach(() => {
  entries.length = 0
  records.reset()
})
const ofEvent = (name: string): LogEntry[] => entries.filter(({ eventName }) => eventName === name)

async function logging<Result>(
  options: Omit<Parameters<typeof createQueryLog>[0], 'writers'>,
  action: (pool: import('pg').Pool) => Promise<Result>,
): Promise<void> {
  const log = createQueryLog({
    ...options,
    writers: [toLogger((entry) => void entries.push(entry)), toOpenTelemetry()],
  })
  log.attach()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
  try {
    await action(pool)
  } finally {
    await pool.end()
    await log.close()
  }
}

describe('a query is logged', () => {
  test('if it was slow, with where its time went, its unit and its line', async () => {
    await logging({ slowQueryMillis: 20 }, async (pool) => {
      await pool.query('SELECT 1')
      await runInUnitOfWork('nightly', () =>
        pool.query("SELECT pg_sleep(0.05), 'secret' AS x FROM person RIGHT JOIN (SELECT 1) AS one ON true"),
      )
    })
    const [entry, ...others] = ofEvent('pgspan.query')
    expect(others).toEqual([])
    expect(entry).toMatchObject({
      severity: 'WARN',
      body: expect.stringMatching(/^SELECT person SELECT took \d+\.\d ms$/),
      attributes: {
        'pgspan.log.reason': 'slow',
        'db.system.name': 'postgresql',
        'db.namespace': database().name,
        'db.client.connection.pool.name': database().name,
        'db.query.text': 'SELECT pg_sleep(?), ? AS x FROM person RIGHT JOIN (SELECT ?) AS one ON ?',
        'pgspan.query.fingerprint': expect.stringMatching(/^1-[0-9a-f]{16}$/),
        'db.response.returned_rows': 1,
        'pgspan.unit.name': 'nightly',
        'pgspan.pool.path': expect.stringMatching(/^(idle|create)$/),
        'code.file.path': 'test/query-log.test.ts',
        'code.line.number': expect.any(Number),
      },
    })
    expect(entry?.attributes['pgspan.execution.time']).toBeGreaterThanOrEqual(0.05)
    expect(entry?.attributes['pgspan.execution.time']).toBeLessThan(5)
  })

  test('if it failed, with its SQLSTATE and without the server’s words', async () => {
    await logging({ slowQueryMillis: false }, async (pool) => {
      await pool.query("INSERT INTO person VALUES (1, 'a secret')")
      await pool.query("INSERT INTO person VALUES (1, 'a secret')").catch(() => {})
    })
    expect(ofEvent('pgspan.query')).toMatchObject([
      {
        severity: 'WARN',
        body: 'INSERT person failed: unique_violation',
        attributes: {
          'pgspan.log.reason': 'failed',
          'error.type': '23505',
          'db.response.status_code': '23505',
        },
      },
    ])
    expect(JSON.stringify(entries.map(({ context, ...rest }) => rest))).not.toContain('secret')
  })

  test('if it is among the share that is sampled', async () => {
    await logging({ slowQueryMillis: false, sampleRate: 0.5 }, async (pool) => {
      for (let n = 0; n < 200; n++) await pool.query('SELECT $1::int', [n])
    })
    const sampled = ofEvent('pgspan.query')
    // Off these bounds less often than once in a thousand million runs.
    expect(sampled.length).toBeGreaterThan(50)
    expect(sampled.length).toBeLessThan(150)
    expect(sampled[0]).toMatchObject({ severity: 'INFO', attributes: { 'pgspan.log.reason': 'sampled' } })
  })

  test('as a log record of OpenTelemetry in the trace of its span', async () => {
    await logging({ sampleRate: 1 }, (pool) =>
      trace.getTracer('test').startActiveSpan('request', async (span) => {
        await pool.query('SELECT 2')
        span.end()
      }),
    )
    const [record] = records.getFinishedLogRecords()
    const span = telemetry.spans().find((ended) => ended.spanContext().spanId === record?.spanContext?.spanId)
    expect(record).toMatchObject({ eventName: 'pgspan.query', severityNumber: 9 })
    expect(span?.name).toBe('SELECT')
  })

  test('once, however it ends: cursor, callback, transaction, several statements', async () => {
    const { default: Cursor } = await import('pg-cursor')
    await logging({ sampleRate: 1 }, async (pool) => {
      const client = await pool.connect()
      await client.query('BEGIN')
      const cursor = client.query(new Cursor('SELECT generate_series(1, 10) AS n'))
      await cursor.read(4)
      await cursor.close()
      await new Promise((resolve) => client.query('SELECT 3', resolve))
      await client.query('ROLLBACK; SELECT 4')
      client.release()
    })
    expect(ofEvent('pgspan.query').map(({ attributes }) => attributes['db.query.summary'])).toEqual([
      'BEGIN',
      'SELECT',
      'SELECT',
      'ROLLBACK; SELECT',
    ])
  })
})

describe('a logger', () => {
  test('such as pino gets fields and a message, by level', async () => {
    const lines: Record<string, unknown>[] = []
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const log = createQueryLog({ sampleRate: 1, writers: [toLogger(logger)] })
    log.attach()
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
    await trace.getTracer('test').startActiveSpan('request', async (span) => {
      await pool.query('SELECT 5')
      await pool.query('SELECT 1/0').catch(() => {})
      span.end()
    })
    await pool.end()
    await log.close()
    const [span] = telemetry
      .spans()
      .filter(({ name }) => name === 'request')
      .slice(-1)
    expect(lines).toMatchObject([
      {
        level: 30,
        msg: expect.stringMatching(/^SELECT took/),
        'pgspan.log.reason': 'sampled',
        'event.name': 'pgspan.query',
      },
      { level: 40, msg: 'SELECT failed: division_by_zero', 'error.type': '22012' },
    ])
    expect(lines[0]?.trace_id).toBe(span?.spanContext().traceId)
  })

  test('that throws loses its entries, and no query fails', async () => {
    const writer = toLogger(() => {
      throw new Error('full')
    })
    const log = createQueryLog({ sampleRate: 1, writers: [writer] })
    log.attach()
    const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
    expect((await pool.query('SELECT 6 AS n')).rows).toEqual([{ n: 6 }])
    await pool.end()
    await log.close()
    expect(writer.statistics()).toEqual({ name: 'logger', written: 0, lost: 1, queued: 0 })
  })
})

test('a stream that does not keep up loses entries, which are counted, and grows no further', async () => {
  const stuck = new Writable({ write() {} })
  const writer = toStream(stuck)
  const filler = 'x'.repeat(100_000)
  for (let n = 0; n < 100; n++) {
    const attributes = { filler }
    writer.write({
      time: 0,
      severity: 'INFO',
      eventName: 'pgspan.query',
      body: '',
      attributes,
      context: ROOT_CONTEXT,
    })
  }
  const { written, lost } = writer.statistics()
  expect(written + lost).toBe(100)
  expect(written).toBeLessThan(45)
})

test('a query of a request is logged with its method and route', async () => {
  const log = createQueryLog({ sampleRate: 1, writers: [toLogger((entry) => void entries.push(entry))] })
  log.attach()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/orders')) nameRoute('/orders/:number')
    await pool.query('SELECT 7')
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const path of ['/orders/a7', '/health/17'])
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  server.close()
  await pool.end()
  await log.close()
  expect(entries.map(({ attributes }) => attributes)).toMatchObject([
    {
      'pgspan.unit.name': 'GET /orders/:number',
      'http.route': '/orders/:number',
      'http.request.method': 'GET',
    },
    { 'pgspan.unit.name': 'GET /health/:id', 'http.request.method': 'GET' },
  ])
  expect(entries[1]?.attributes['http.route']).toBeUndefined()
})

describe('pool events', () => {
  test('tell of connections opened, acquired, released and closed, with the reason', async () => {
    await logging({ poolEvents: true, slowQueryMillis: false }, async (pool) => {
      await pool.query('SELECT 1')
      await pool.query('SELECT 1/0').catch(() => {})
    })
    const told = entries.filter(({ eventName }) => eventName !== 'pgspan.query')
    expect(told.map(({ eventName }) => eventName.replace('pgspan.connection.', ''))).toEqual([
      'opened',
      'acquired',
      'released',
      'acquired',
      'released',
      'closed',
    ])
    expect(told.at(-1)?.attributes).toMatchObject({
      'db.client.connection.pool.name': database().name,
      'pgspan.connection.close_reason': 'error',
    })
  })

  test('are not told unless asked for, but a request for a connection that failed always is', async () => {
    const log = createQueryLog({ writers: [toLogger((entry) => void entries.push(entry))] })
    log.attach()
    const pool = new (loadPg().Pool)({ host: '127.0.0.1', port: 1, database: 'away' })
    await pool.query('SELECT 1').catch(() => {})
    await pool.end()
    await log.close()
    expect(entries).toMatchObject([
      {
        eventName: 'pgspan.connection.acquire_failed',
        severity: 'WARN',
        body: expect.stringMatching(/^away: no connection after .* ms: ECONNREFUSED$/),
        attributes: { 'error.type': 'ECONNREFUSED', 'server.port': 1 },
      },
    ])
  })
})

test('more entries in a second than allowed are counted, and told of when there is room again or at the end', async () => {
  const log = createQueryLog({
    sampleRate: 1,
    maximumPerSecond: 3,
    writers: [toLogger((entry) => void entries.push(entry))],
  })
  log.attach()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 1 })
  for (let n = 0; n < 50; n++) await pool.query('SELECT 1')
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  for (let n = 0; n < 50; n++) await pool.query('SELECT 1')
  await pool.end()
  await log.close()
  const { entries: handed, withheld } = log.statistics()
  expect(handed + withheld).toBe(100)
  expect(withheld).toBeGreaterThan(0)
  const lost = ofEvent('pgspan.log.lost').reduce(
    (sum, { attributes }) => sum + Number(attributes['pgspan.log.lost']),
    0,
  )
  expect(lost).toBe(withheld)
})

test('a writer that throws is reported once and keeps no other writer from its entries', async () => {
  const thrower = {
    name: 'thrower',
    write() {
      throw new Error('broken')
    },
    statistics: () => ({ name: 'thrower', written: 0, lost: 0, queued: 0 }),
    close: async () => {},
  }
  const log = createQueryLog({
    sampleRate: 1,
    writers: [thrower, toLogger((entry) => void entries.push(entry))],
  })
  log.attach()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
  expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  await pool.end()
  await log.close()
  expect(ofEvent('pgspan.query')).toHaveLength(1)
})

test('nothing is logged after the log was closed', async () => {
  await logging({ sampleRate: 1 }, async () => {})
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString })
  await pool.query('SELECT 1')
  await pool.end()
  expect(entries).toEqual([])
})

test.each([
  [{ writers: [] }, 'createQueryLog: writers must be an array of writers, such as toFiles(…), got object'],
  [{}, 'createQueryLog: writers must be an array of writers, such as toFiles(…)'],
  [
    { writers: [toOpenTelemetry()], sampleRate: 2 },
    'createQueryLog: sampleRate must be a number from 0 to 1, got 2',
  ],
  [
    { writers: [toOpenTelemetry()], slowQueryMillis: 'secret' },
    'createQueryLog: slowQueryMillis must be a number of milliseconds above 0, or false, got string',
  ],
])('options %# are refused by name', (options, message) => {
  expect(() => createQueryLog(options as never)).toThrow(new TypeError(message))
})
