import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()

let client: pg.Client
let pool: pg.Pool

beforeAll(async () => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
})
beforeEach(async () => {
  client = new (loadPg().Client)({ connectionString: database().connectionString })
  client.on('error', () => {})
  await client.connect()
  telemetry.reset()
})
afterEach(async () => {
  await client.end()
})
afterAll(async () => {
  await pool.end()
  instrumentation.disable()
})

/** The spans of queries; those of connections are left out. */
function querySpans(): ReadableSpan[] {
  return telemetry.spans().filter((span) => span.name !== 'pg.connect' && span.name !== 'pg-pool.acquire')
}

function onlySpan(): ReadableSpan {
  const spans = querySpans()
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

type Run = (queryable: Pick<pg.Client, 'query'>) => Promise<unknown>

const withCallback = (
  start: (callback: (error: Error | null, result: unknown) => void) => void,
): Promise<unknown> =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))))

const text = 'SELECT $1::int AS n'
const callForms: Record<string, Run> = {
  '(text)': (on) => on.query('SELECT 1 AS n'),
  '(text, values)': (on) => on.query(text, [1]),
  '(text, values, callback)': (on) => withCallback((callback) => on.query(text, [1], callback)),
  '(text, callback)': (on) => withCallback((callback) => on.query('SELECT 1 AS n', callback)),
  '(config)': (on) => on.query({ text, values: [1] }),
  '(config, values)': (on) => on.query({ text }, [1]),
  '(config, callback)': (on) => withCallback((callback) => on.query({ text, values: [1] }, callback)),
  '(config, undefined, callback)': (on) =>
    // pg's own pools and Prisma's adapter call like this; the published types leave it out.
    withCallback((callback) =>
      (on.query as (...args: unknown[]) => void)({ text, values: [1] }, undefined, callback),
    ),
  '(named config)': (on) => on.query({ name: 'one', text, values: [1] }),
  '(config in array mode)': async (on) => {
    const { rows } = await on.query({ text, values: [1], rowMode: 'array' })
    expect(rows).toEqual([[1]])
    return { rows: [{ n: 1 }] }
  },
}

describe.each(['client.query', 'pool.query'] as const)('%s', (entry) => {
  const target = (): Pick<pg.Client, 'query'> =>
    entry === 'client.query' ? client : (pool as unknown as pg.Client)

  test.each(Object.entries(callForms))(
    '%s gives the driver’s result and one ended span',
    async (_form, run) => {
      const result = (await run(target())) as { rows: unknown[] }
      expect(result.rows).toEqual([{ n: 1 }])
      const span = onlySpan()
      expect(span.name).toBe('SELECT')
      expect(span.status.code).toBe(SpanStatusCode.UNSET)
      expect(span.attributes['db.system.name']).toBe('postgresql')
      expect(span.attributes['db.namespace']).toBe(database().name)
      expect(span.attributes['server.port']).toBe(database().port)
    },
  )

  test('a rejected promise records its SQLSTATE as error.type, and no word of the message', async () => {
    await expect(target().query("SELECT 'canary-4711'::int")).rejects.toThrow('canary-4711')
    const span = onlySpan()
    expect(span.attributes['error.type']).toBe('22P02')
    expect(span.attributes['db.response.status_code']).toBe('22P02')
    expect(span.status.code).toBe(SpanStatusCode.ERROR)
    expect(JSON.stringify([span.attributes, span.status, span.events, span.name])).not.toContain('canary')
  })

  test('an error given to a callback records the same', async () => {
    await expect(withCallback((callback) => target().query('SELECT 1/0', callback))).rejects.toThrow()
    expect(onlySpan().attributes['error.type']).toBe('22012')
  })

  test('an error has the stack that the bare driver gives it', async () => {
    const stackOf = async (): Promise<string[]> => {
      try {
        await target().query('SELECT 1/0')
      } catch (error) {
        return ((error as Error).stack ?? '').split('\n')
      }
      return []
    }
    const stacks: string[][] = []
    for (const record of [true, false]) {
      if (!record) instrumentation.disable()
      stacks.push(await stackOf())
    }
    instrumentation.enable()
    expect(stacks[0]).toEqual(stacks[1])
    expect(stacks[0]?.join()).toContain('stackOf')
  })

  test('a caller’s config stays as the bare driver leaves it, and can be used again', async () => {
    let answers = 0
    const config = { text: 'SELECT 1 AS n', callback: () => answers++ }
    for (let i = 0; i < 5; i++) {
      await (target().query as (config: unknown) => unknown)(config)
      await target().query('SELECT 2')
    }
    expect(answers).toBe(entry === 'client.query' ? 5 : 0)
    expect(querySpans()).toHaveLength(10)
    if (entry === 'client.query') expect(Object.keys(config)).toEqual(['text', 'callback'])
  })

  test('several statements in one text make one span', async () => {
    await target().query('SELECT 1; SELECT 2')
    onlySpan()
  })

  test('a value that cannot be sent settles once, with its error', async () => {
    const bad = {
      toPostgres() {
        throw new RangeError('not today')
      },
    }
    await expect(target().query(text, [bad])).rejects.toThrow('not today')
    expect(onlySpan().attributes['error.type']).toBe('RangeError')
  })
})

describe('client.query', () => {
  test('null is refused as the bare driver refuses it, without a span', () => {
    expect(() => client.query(null as unknown as string)).toThrow(
      new TypeError('Client was passed a null or undefined query'),
    )
    expect(querySpans()).toEqual([])
  })

  test('queries that wait for their turn show the wait apart from the execution', async () => {
    await Promise.all([1, 2, 3].map(() => client.query('SELECT pg_sleep(0.05)')))
    const spans = querySpans()
    expect(spans).toHaveLength(3)
    const [first, second, third] = spans.map((span) => span.attributes)
    expect(first?.['pgspan.queue.wait']).toBeUndefined()
    expect(second?.['pgspan.queue.wait']).toBeGreaterThan(0.045)
    expect(third?.['pgspan.queue.wait']).toBeGreaterThan(0.09)
    expect(third?.['pgspan.execution.time']).toBeLessThan(0.09)
  })

  test('a query timeout ends the span, whatever the style', async () => {
    const slow = { text: 'SELECT pg_sleep(0.2)', query_timeout: 20 }
    await expect(client.query(slow)).rejects.toThrow('Query read timeout')
    expect(onlySpan().attributes['error.type']).toBe('query_timeout')
    await client.query('SELECT 1')
    telemetry.reset()
    await expect(withCallback((callback) => client.query(slow, callback))).rejects.toThrow(
      'Query read timeout',
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(onlySpan().attributes['error.type']).toBe('query_timeout')
  })

  test('a lost connection ends the spans of the running and the waiting queries', async () => {
    const both = Promise.allSettled([client.query('SELECT pg_sleep(10)'), client.query('SELECT 1')])
    const { rows } = await pool.query('SELECT pg_terminate_backend($1)', [
      (client as unknown as { processID: number }).processID,
    ])
    expect(rows).toEqual([{ pg_terminate_backend: true }])
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const types = querySpans().map((span) => span.attributes['error.type'])
    expect(types.filter((type) => type === '57P01' || type === 'connection_terminated')).toHaveLength(2)
  })

  test('a query on a closed client is refused, with one span that says so', async () => {
    await client.end()
    await expect(client.query('SELECT 1')).rejects.toThrow('Client was closed and is not queryable')
    expect(onlySpan().attributes['error.type']).toBe('client_closed')
  })

  test('an unhandled rejection stays unhandled', async () => {
    const unhandled: unknown[] = []
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (reason) => unhandled.push(reason))
    client.query('SELECT 1/0')
    await client.query('SELECT 1')
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
    expect(unhandled).toHaveLength(1)
  })

  test('promises settle in the order in which the bare driver settles them', async () => {
    const order = async (): Promise<string[]> => {
      const seen: string[] = []
      const query = client.query('SELECT 1').then(() => seen.push('query'))
      const ticks = (async () => {
        await query
        seen.push('after query')
      })()
      await Promise.all([query, ticks, Promise.resolve().then(() => seen.push('tick'))])
      return seen
    }
    const observed = await order()
    instrumentation.disable()
    expect(await order()).toEqual(observed)
    instrumentation.enable()
  })
})
