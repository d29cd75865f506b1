import { readFileSync } from 'node:fs'
import { DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { type ReadableSpan, SamplingDecision } from '@opentelemetry/sdk-trace'
import { PgInstrumentation, type PgInstrumentationConfig } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

let decision = SamplingDecision.RECORD_AND_SAMPLED
const database = useTestDatabase('CREATE TABLE item (id int PRIMARY KEY, label text)')
const telemetry = useTelemetry({
  sampler: { shouldSample: () => ({ decision }), toString: () => 'as the test says' },
})
const instrumentation = new PgInstrumentation()
let pool: pg.Pool

beforeAll(() => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
})
beforeEach(() => {
  decision = SamplingDecision.RECORD_AND_SAMPLED
  telemetry.reset()
})
afterEach(() => {
  diag.disable()
  instrumentation.setConfig({})
})
afterAll(async () => {
  await pool.end()
  instrumentation.disable()
})

/** Without the spans that a slow machine adds, unless a test is about them. */
function configure(config: PgInstrumentationConfig): void {
  instrumentation.setConfig({ acquireSpans: 'never', connectSpans: 'never', ...config })
}

function onlySpan(): ReadableSpan {
  const spans = telemetry.spans()
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

/** What is said about errors, each line with its details. */
function heard(): string[] {
  const lines: string[] = []
  const listen = (...args: unknown[]): number => lines.push(args.join(' '))
  diag.setLogger({ error: listen, warn: listen, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  return lines
}

describe('requestHook', () => {
  test('is told the text, name and values of the query and where it goes, and may rename the span', async () => {
    const requestHook = vi.fn<NonNullable<PgInstrumentationConfig['requestHook']>>(
      (span, { query }, { shape }) => {
        span.updateName(`${query.name}: ${shape.summary}`)
        span.setAttribute('app.values', query.values?.length ?? 0)
      },
    )
    configure({ requestHook })
    const values = ['pen']
    await pool.query({ name: 'find', text: "SELECT 'x' FROM item WHERE label = $1", values })
    const { name, host, port, user } = database()
    const [, information] = requestHook.mock.calls[0] ?? []
    expect(information).toEqual({
      query: { text: "SELECT 'x' FROM item WHERE label = $1", name: 'find', values: ['pen'] },
      connection: { database: name, host, port, user },
    })
    expect(information?.query.values).toBe(values)
    const span = onlySpan()
    expect(span.name).toBe('find: SELECT item')
    expect(span.attributes['app.values']).toBe(1)
  })

  test('is called for cursors', async () => {
    const texts: string[] = []
    configure({ requestHook: (_span, { query }) => texts.push(query.text) })
    const client = await pool.connect()
    const cursor = client.query(new Cursor('SELECT id FROM item'))
    await cursor.read(1)
    await cursor.close()
    client.release()
    expect(texts).toEqual(['SELECT id FROM item'])
  })

  test('runs in the caller’s trace, whoever gave the connection back', async () => {
    const seen: unknown[] = []
    configure({ requestHook: () => seen.push(trace.getActiveSpan()?.spanContext().spanId) })
    const tracer = trace.getTracer('test')
    const spanIds = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        tracer.startActiveSpan(`request ${n}`, async (span) => {
          await pool.query('SELECT pg_sleep(0.005)')
          span.end()
          return span.spanContext().spanId
        }),
      ),
    )
    expect(seen.sort()).toEqual(spanIds.sort())
  })
})

describe('responseHook', () => {
  test('is told the result that the caller gets, before the span ends', async () => {
    const results: unknown[] = []
    configure({
      responseHook: (span, { data }) => {
        results.push(data)
        span.setAttribute('app.rows', data.rowCount ?? 0)
        span.setAttribute('app.command', data.command)
      },
    })
    const result = await pool.query('SELECT generate_series(1, 3)')
    expect(results).toHaveLength(1)
    expect(results[0]).toBe(result)
    expect(onlySpan().attributes).toMatchObject({ 'app.rows': 3, 'app.command': 'SELECT' })
  })

  test('is not called for failures and texts of several statements', async () => {
    const responseHook = vi.fn()
    configure({ responseHook })
    await pool.query('SELECT 1/0').catch(() => {})
    await pool.query('SELECT 1; SELECT 2')
    expect(responseHook).not.toHaveBeenCalled()
  })
})

describe('connectionHook', () => {
  test('is told of the connection for acquire and connect spans', async () => {
    const names: string[] = []
    const { name, host, port, user } = database()
    configure({
      acquireSpans: 'always',
      connectSpans: 'always',
      connectionHook: (span, { connection }) => {
        expect(connection).toEqual({ database: name, host, port, user })
        span.setAttribute('app.tier', 'gold')
        names.push((span as unknown as ReadableSpan).name)
      },
    })
    const other = new (loadPg().Pool)({ connectionString: database().connectionString })
    await other.query('SELECT 1')
    await other.end()
    expect(names.sort()).toEqual(['pg-pool.acquire', 'pg.connect'])
    expect(telemetry.spans().filter(({ attributes }) => attributes['app.tier'] === 'gold')).toHaveLength(2)
  })
})

describe('a hook', () => {
  test('is not called for a span that does not record', async () => {
    decision = SamplingDecision.NOT_RECORD
    const hook = vi.fn()
    const hooks = { requestHook: hook, responseHook: hook, connectionHook: hook, redactQueryParameter: hook }
    configure({ ...hooks, recordQueryParameters: true, acquireSpans: 'always' })
    await pool.query('SELECT $1::int', [1])
    expect(hook).not.toHaveBeenCalled()
  })

  test('that throws or rejects does no harm, and is reported once, without its message', async () => {
    const lines = heard()
    configure({
      requestHook: async () => {
        throw new TypeError('secret4711\n    at secret4711')
      },
      responseHook: () => {
        throw new RangeError('secret4711')
      },
    })
    for (let n = 0; n < 3; n++) expect((await pool.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }])
    await new Promise(setImmediate)
    expect(telemetry.spans().map(({ status }) => status.code)).toEqual([0, 0, 0])
    expect(lines.map((line) => line.split(';')[0]).sort()).toEqual([
      'pgspan: the option requestHook threw TypeError',
      'pgspan: the option responseHook threw RangeError',
    ])
    expect(lines.join()).toContain('hooks.test.ts')
    expect(lines.join()).not.toContain('secret4711')
  })
})

describe('shouldTraceQuery', () => {
  test('that answers false makes no span, and the duration counts all the same', async () => {
    configure({ shouldTraceQuery: ({ shape }) => !shape.tables.includes('item') })
    const count = async (): Promise<number> =>
      (await telemetry.points('db.client.operation.duration'))
        .filter(({ attributes }) => attributes['db.query.summary'] === 'SELECT item')
        .reduce((sum, { value }) => sum + (value as { count: number }).count, 0)
    const before = await count()
    await pool.query('SELECT 1')
    await pool.query('SELECT * FROM item')
    expect(telemetry.spans().map(({ name }) => name)).toEqual(['SELECT'])
    expect((await count()) - before).toBe(1)
  })

  test('that throws is answered with yes', async () => {
    const lines = heard()
    configure({
      shouldTraceQuery() {
        throw new Error()
      },
    })
    await pool.query('SELECT 1')
    onlySpan()
    expect(lines).toHaveLength(1)
  })
})

test('requireParentSpan makes spans only inside a span, and metrics always', async () => {
  configure({ requireParentSpan: true, acquireSpans: 'always', connectSpans: 'always' })
  await pool.query('SELECT 1')
  expect(telemetry.spans()).toEqual([])
  await trace.getTracer('test').startActiveSpan('request', async (span) => {
    await pool.query('SELECT 1')
    span.end()
  })
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['pg-pool.acquire', 'SELECT', 'request'])
  expect(await telemetry.points('db.client.operation.duration')).not.toEqual([])
})

test('ignoreConnectSpans makes neither acquire nor connect spans, not even for failures', async () => {
  instrumentation.setConfig({ ignoreConnectSpans: true })
  const other = new (loadPg().Pool)({ connectionString: database().connectionString, database: 'nowhere' })
  const failing = new (loadPg().Pool)({ host: '127.0.0.1', port: 1 })
  await other.query('SELECT 1')
  await failing.query('SELECT 1').catch(() => {})
  await Promise.all([other.end(), failing.end()])
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['SELECT'])
})

describe('bound values', () => {
  const values = ['pen', 7, null, true, new Date(0), { a: 1 }, Buffer.from('abc'), undefined, ['x', 'y']]
  const text = `SELECT ${values.map((_, n) => `$${n + 1}::text`).join(', ')}`
  const recorded = (): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(onlySpan().attributes)
        .filter(([key]) => key.startsWith('db.query.parameter.'))
        .map(([key, value]) => [key.slice('db.query.parameter.'.length), value]),
    )

  test('are not recorded unless they are asked for', async () => {
    configure({})
    await pool.query(text, values)
    expect(recorded()).toEqual({})
  })

  test('are recorded as text by their numbers from 0', async () => {
    configure({ recordQueryParameters: true })
    await pool.query(text, values)
    expect(recorded()).toEqual({
      0: 'pen',
      1: '7',
      2: 'null',
      3: 'true',
      4: '1970-01-01T00:00:00.000Z',
      5: '{"a":1}',
      6: '3 bytes',
      7: 'null',
      8: '["x","y"]',
    })
  })

  test('are recorded as the redaction says, and not at all if it says nothing or throws', async () => {
    heard()
    configure({
      recordQueryParameters: true,
      redactQueryParameter(value, index, { shape }) {
        if (index === 1) throw new Error('no')
        if (index > 2) return undefined
        return index === 0 ? `${shape.kind} ${typeof value}` : value
      },
    })
    await pool.query(text, values)
    expect(recorded()).toEqual({ 0: 'read string', 2: 'null' })
  })

  test('are cut at 1,024 characters and 64 values', async () => {
    configure({ recordQueryParameters: true })
    const many = Array.from({ length: 70 }, (_, n) => (n === 0 ? 'x'.repeat(5_000) : 'y'))
    await pool.query(`SELECT ${many.map((_, n) => `$${n + 1}::text`).join(', ')}`, many)
    const parameters = recorded()
    expect(Object.keys(parameters)).toHaveLength(64)
    expect(parameters[0]).toBe(`${'x'.repeat(1_023)}…`)
  })
})

test('the example of the package’s page runs as it says', async () => {
  const page = readFileSync(new URL('../packages/instrumentation-pg/README.md', import.meta.url), 'utf8')
  const example = /```js\nnew PgInstrumentation\((\{.*?\n\})\)\n```/s.exec(page)?.[1]
  configure(new Function(`return ${example}`)() as PgInstrumentationConfig)
  await pool.query('SET statement_timeout = 0')
  const { rows } = await pool.query({
    name: 'find items',
    text: 'SELECT count(*)::int AS n FROM item WHERE id = $1 AND label = $2',
    values: [7, 'secret'],
  })
  expect(rows).toEqual([{ n: 0 }])
  const { rows: texts } = await pool.query<{ text: string }>('SELECT current_query() AS text')
  expect(texts[0]?.text).toBe("SELECT current_query() AS text /*service='shop'*/")
  const [found, ...others] = telemetry.spans()
  expect(others).toHaveLength(1)
  expect(found?.name).toBe('SELECT item (find items)')
  expect(found?.attributes).toMatchObject({ 'app.tables': ['item'], 'db.query.parameter.0': '7' })
  expect(found?.attributes['db.query.parameter.1']).toBeUndefined()
})
