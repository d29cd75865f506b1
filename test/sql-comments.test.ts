import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type TextMapPropagator,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace'
import { PgInstrumentation, type PgInstrumentationConfig } from '@pgspan/instrumentation-pg'
import fc from 'fast-check'
import { parse } from 'libpg-query'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

let isSampled = true
const database = useTestDatabase('CREATE TABLE item (id int, label text)')
const telemetry = useTelemetry({
  sampler: {
    shouldSample: () => ({
      decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD,
    }),
    toString: () => 'as the test says',
  },
})
const instrumentation = new PgInstrumentation()
let client: pg.Client
let pool: pg.Pool

beforeAll(async () => {
  const { connectionString } = database()
  client = new (loadPg().Client)({ connectionString })
  pool = new (loadPg().Pool)({ connectionString, max: 1 })
  await client.connect()
})
beforeEach(() => {
  isSampled = true
  telemetry.reset()
})
afterEach(() => instrumentation.setConfig({}))
afterAll(async () => {
  await client.end()
  await pool.end()
  instrumentation.disable()
})

/** A statement that answers with its own text, as the server got it. */
const echo = 'SELECT current_query() AS text'

async function textSeen(config: PgInstrumentationConfig, ...query: unknown[]): Promise<string> {
  instrumentation.setConfig(config)
  const run = client.query.bind(client) as (...args: unknown[]) => Promise<pg.QueryResult<{ text: string }>>
  const { rows } = await run(...query)
  return rows[0]?.text ?? ''
}

const tagged: PgInstrumentationConfig = { sqlCommentTags: { service: 'shop', route: '/orders/:id' } }
const comment = "/*route='%2Forders%2F%3Aid',service='shop'*/"
const traced: PgInstrumentationConfig = { addSqlCommenterCommentToQueries: true }

describe('tags that were given', () => {
  test('stand behind the text that the server gets, and nowhere else', async () => {
    expect(await textSeen(tagged, echo)).toBe(`${echo} ${comment}`)
    const [span] = telemetry.spans()
    expect(span?.name).toBe('SELECT')
    expect(span?.attributes['db.query.text']).toBe(echo)
  })

  test.each([
    ['a text with values', [`${echo} WHERE $1 = 1`, [1]]],
    ['a config', [{ text: `${echo} WHERE $1 = 1`, values: [1] }]],
    ['a config with its own row mode', [{ text: echo, types: undefined }]],
    ['a text that ends in a semicolon', [`${echo};`]],
    ['a text in the extended protocol', [{ text: echo, queryMode: 'extended' }]],
  ])('are added to %s', async (_what, query) => {
    const [first] = query
    const text = typeof first === 'string' ? first : (first as { text: string }).text
    expect(await textSeen(tagged, ...query)).toBe(`${text} ${comment}`)
  })

  test('are added by a pool', async () => {
    instrumentation.setConfig(tagged)
    const { rows } = await pool.query<{ text: string }>(echo)
    expect(rows[0]?.text).toBe(`${echo} ${comment}`)
  })

  test('are added in pipeline mode, to each query its own', async () => {
    const sqlCommentTags: PgInstrumentationConfig['sqlCommentTags'] = ({ text }) => ({ n: text.slice(-1) })
    instrumentation.setConfig({ sqlCommentTags })
    const { connectionString } = database()
    const pipelined = new (loadPg().Client)({ connectionString, pipeline: true } as pg.ClientConfig)
    await pipelined.connect()
    const texts = [1, 2, 3].map((n) => `${echo} WHERE 9 > ${n}`)
    const results = await Promise.all(texts.map((text) => pipelined.query<{ text: string }>(text)))
    await pipelined.end()
    expect(results.map(({ rows }) => rows[0]?.text)).toEqual(
      texts.map((text, n) => `${text} /*n='${n + 1}'*/`),
    )
  })

  test('are added in callback style', async () => {
    instrumentation.setConfig(tagged)
    const text = await new Promise((resolve, reject) =>
      client.query<{ text: string }>(echo, (error, result) =>
        error ? reject(error) : resolve(result.rows[0]?.text),
      ),
    )
    expect(text).toBe(`${echo} ${comment}`)
  })

  test.each([
    ['a prepared statement', { name: 'echo', text: echo }],
    ['a text that has a comment', `/*+ hint */ ${echo}`],
    ['a text that ends in a line comment', `${echo} -- why`],
  ])('are not added to %s', async (_what, query) => {
    expect(await textSeen(tagged, query)).toBe(typeof query === 'string' ? query : query.text)
  })

  test('may depend on the query', async () => {
    const sqlCommentTags: PgInstrumentationConfig['sqlCommentTags'] = ({ shape }) => ({ kind: shape.kind })
    expect(await textSeen({ sqlCommentTags }, echo)).toBe(`${echo} /*kind='read'*/`)
  })

  test('of a function that throws are left out', async () => {
    const sqlCommentTags = (): never => {
      throw new Error('no tags')
    }
    expect(await textSeen({ sqlCommentTags }, echo)).toBe(echo)
  })

  test('are gone when the instrumentation is disabled', async () => {
    instrumentation.setConfig(tagged)
    instrumentation.disable()
    try {
      const { rows } = await client.query<{ text: string }>(echo)
      expect(rows[0]?.text).toBe(echo)
    } finally {
      instrumentation.enable()
    }
  })
})

describe('the trace context', () => {
  const traceparentOf = ({ traceId, spanId }: SpanContext): string => `00-${traceId}-${spanId}-01`

  test('is the one of the query’s span', async () => {
    const text = await textSeen(traced, echo)
    const [span] = telemetry.spans()
    expect(span?.kind).toBe(SpanKind.CLIENT)
    expect(text).toBe(`${echo} /*traceparent='${traceparentOf(span?.spanContext() as SpanContext)}'*/`)
  })

  test('has the trace state that came with the request', async () => {
    const parent: SpanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
      traceState: createTraceState('vendor=a*/b'),
      isRemote: true,
    }
    const text = await context.with(trace.setSpanContext(ROOT_CONTEXT, parent), () => textSeen(traced, echo))
    const spanId = telemetry.spans()[0]?.spanContext().spanId
    expect(text).toBe(
      `${echo} /*traceparent='00-${parent.traceId}-${spanId}-01',tracestate='vendor%3Da%2A%2Fb'*/`,
    )
  })

  test('stands beside tags, sorted', async () => {
    const text = await textSeen({ ...tagged, ...traced }, echo)
    expect(text).toMatch(/ \/\*route='%2Forders%2F%3Aid',service='shop',traceparent='00-[0-9a-f-]+-01'\*\/$/)
  })

  test('of a span that is not sampled is left out', async () => {
    isSampled = false
    expect(await textSeen(traced, echo)).toBe(echo)
    expect(await textSeen({ ...tagged, ...traced }, echo)).toBe(`${echo} ${comment}`)
  })

  test('is written by the propagator that was given', async () => {
    const sqlCommentPropagator: TextMapPropagator = {
      inject(context, carrier, setter) {
        const { traceId } = trace.getSpanContext(context) as SpanContext
        setter.set(carrier, 'b3', `${traceId.slice(0, 4)}'*/; DROP TABLE item; --`)
      },
      extract: (context) => context,
      fields: () => ['b3'],
    }
    const text = await textSeen({ ...traced, sqlCommentPropagator }, echo)
    const start = telemetry.spans()[0]?.spanContext().traceId.slice(0, 4)
    expect(text).toBe(`${echo} /*b3='${start}%27%2A%2F%3B%20DROP%20TABLE%20item%3B%20--'*/`)
  })

  test('of a propagator that throws is left out, the tags are not', async () => {
    const sqlCommentPropagator: TextMapPropagator = {
      inject() {
        throw new Error('nothing to inject')
      },
      extract: (context) => context,
      fields: () => [],
    }
    expect(await textSeen({ ...tagged, ...traced, sqlCommentPropagator }, echo)).toBe(`${echo} ${comment}`)
  })
})

describe('what belongs to the caller', () => {
  test('is the same object afterwards, and never changed: a config', async () => {
    class Statement {
      readonly values = [1]
      get text(): string {
        return `${echo} WHERE $1 = 1`
      }
    }
    const config = Object.freeze(new Statement())
    expect(await textSeen(tagged, config)).toBe(`${config.text} ${comment}`)
  })

  test('is the same object afterwards, and never changed: a cursor', async () => {
    instrumentation.setConfig({ ...tagged, ...traced })
    const cursor = new Cursor<{ text: string }>(echo)
    expect(client.query(cursor)).toBe(cursor)
    expect((await cursor.read(1))[0]?.text).toBe(echo)
    expect((cursor as unknown as { text: string }).text).toBe(echo)
    await cursor.close()
  })

  test('is the same object afterwards, and never changed: a stream', async () => {
    instrumentation.setConfig({ ...tagged, ...traced })
    const stream = new QueryStream(echo)
    expect(client.query(stream)).toBe(stream)
    const rows: unknown[] = []
    for await (const row of stream) rows.push(row)
    expect(rows).toEqual([{ text: echo }])
  })

  test('is the same object afterwards, and never changed: a query of its own', async () => {
    instrumentation.setConfig({ ...tagged, ...traced })
    const { Query } = loadPg()
    const text = await new Promise((resolve, reject) => {
      const query = new Query<{ text: string }>(echo)
      query.on('row', (row) => resolve(row.text))
      query.on('error', reject)
      expect(client.query(query)).toBe(query)
    })
    expect(text).toBe(echo)
  })
})

describe('whatever bytes tags, trace state and baggage hold', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(
        fc.constantFrom('*/', '/*', '--', "'", '"', '\\', '\n', '\0', '%', '\ud800', '$$', ';', 'DROP', ' '),
      )
      .map((parts) => parts.join('')),
  )
  const tags = fc.dictionary(
    hostile.filter((key) => key !== '__proto__'),
    hostile,
    { maxKeys: 6 },
  )
  const statements = [
    echo,
    `${echo};`,
    `${echo}, 'it''s', E'\\'', $$a$$, U&'\\0061' AS u`,
    `${echo} FROM (SELECT 1) AS one ORDER BY 1`,
    `SELECT 1; ${echo}`,
    `${echo}, 5 -3 AS n`,
    `${echo}, '*/ --' AS label`,
  ]

  /** Feeds the tags through every way in: static tags, and a propagator's fields. */
  function configOf(given: Record<string, string>, asTags: boolean): PgInstrumentationConfig {
    if (asTags) return { sqlCommentTags: given }
    const sqlCommentPropagator: TextMapPropagator = {
      inject(_context, carrier, setter) {
        for (const [key, value] of Object.entries(given)) setter.set(carrier, key, value)
      },
      extract: (context) => context,
      fields: () => [],
    }
    return { addSqlCommenterCommentToQueries: true, sqlCommentPropagator }
  }

  test('the server sees the same statement, with at most 1 KiB more', async () => {
    let commented = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...statements), tags, fc.boolean(), async (text, given, asTags) => {
        instrumentation.setConfig(configOf(given, asTags))
        const result: unknown = await client.query(text)
        const { rows, fields } = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult<{
          text: string
        }>
        const seen = rows[0]?.text ?? ''
        expect(seen.startsWith(text)).toBe(true)
        expect(Buffer.byteLength(seen) - Buffer.byteLength(text)).toBeLessThanOrEqual(1_024)
        expect(fields[0]?.name).toBe('text')
        expect(await parse(seen)).toEqual(await parse(text))
        if (seen !== text) commented++
      }),
      { numRuns: 400 },
    )
    expect(commented).toBeGreaterThan(100)
  })
})
