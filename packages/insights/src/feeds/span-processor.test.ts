import {
  type Attributes,
  context,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import {
  Connection,
  currentUnitOfWork,
  processState,
  QueryExecution,
  runInUnitOfWork,
  UnitOfWork,
  unitOfWorkOfSpan,
} from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createInsights } from '../insights.js'
import { InsightsSpanProcessor } from './span-processor.js'

let processor: InsightsSpanProcessor
let exporter: InMemorySpanExporter
let provider: TracerProvider
let tracer: Tracer
/** As `@opentelemetry/instrumentation-pg` 0.76 is registered. */
let upstream: Tracer

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => {
  context.disable()
})
beforeEach(() => {
  processor = new InsightsSpanProcessor()
  useProcessors(processor)
})
afterEach(async () => {
  await provider.shutdown()
})

function useProcessors(...processors: InsightsSpanProcessor[]): void {
  exporter = new InMemorySpanExporter()
  provider = new TracerProvider({ spanProcessors: [...processors, new SimpleSpanProcessor({ exporter })] })
  tracer = provider.getTracer('app')
  upstream = provider.getTracer('@opentelemetry/instrumentation-pg', '0.76.0')
}

/** A query span as upstream makes it: the text is set after the start. */
function query(
  text: string,
  options: { attributes?: Attributes; tracer?: Tracer; millis?: number } = {},
): void {
  const startTime = Date.now()
  const span = (options.tracer ?? upstream).startSpan('pg.query:SELECT shop', {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'localhost' },
    startTime,
  })
  span.setAttribute('db.query.text', text)
  span.setAttributes(options.attributes ?? {})
  span.end(startTime + (options.millis ?? 2))
}

function shopRequest(): void {
  query('SELECT * FROM orders ORDER BY id LIMIT 12')
  for (let n = 0; n < 12; n++) query('SELECT * FROM customers WHERE id = $1')
}

function inSpan<Result>(
  name: string,
  action: (span: Span) => Result,
  kind: SpanKind = SpanKind.SERVER,
): Result {
  return tracer.startActiveSpan(name, { kind }, (span) => {
    try {
      return action(span)
    } finally {
      span.end()
    }
  })
}

function exported(name: string): ReadableSpan | undefined {
  return exporter.getFinishedSpans().find((span) => span.name === name)
}

describe('from upstream\u2019s spans, without values', () => {
  test('an N+1 comes out as a repeated query: information, and proven by nothing', () => {
    inSpan('GET /orders', shopRequest)
    expect(processor.insights.findings()).toMatchObject([
      {
        kind: 'repeated_query',
        tier: undefined,
        severity: 'info',
        unit: 'GET /orders',
        evidence: { count: 12, totalMillis: 24 },
        summary: 'SELECT customers',
        namespace: 'shop',
      },
    ])
  })

  test('it is written on the local root span before that is exported', () => {
    inSpan('GET /orders', shopRequest)
    expect(exported('GET /orders')?.attributes).toMatchObject({
      'pgspan.findings.count': 1,
      'pgspan.findings.kinds': ['repeated_query'],
      'pgspan.findings.max_severity': 'info',
    })
  })

  test('the old conventions are read as well', () => {
    inSpan('GET /orders', () => {
      for (let n = 0; n < 6; n++) {
        const span = upstream.startSpan('pg.query', {
          kind: SpanKind.CLIENT,
          attributes: { 'db.system': 'postgresql' },
        })
        span.setAttributes({ 'db.statement': 'SELECT * FROM customers WHERE id = $1', 'db.name': 'shop' })
        span.end()
      }
    })
    expect(processor.insights.findings()).toMatchObject([{ kind: 'repeated_query', namespace: 'shop' }])
  })

  test.each<[string, (n: number) => { text: string; attributes?: Attributes }]>([
    ['literals in the text', (n) => ({ text: `SELECT * FROM customers WHERE id = ${n}` })],
    [
      'values as upstream records them',
      (n) => ({
        text: 'SELECT * FROM customers WHERE id = $1',
        attributes: { 'db.postgresql.values': [String(n)] },
      }),
    ],
    [
      'values by the conventions',
      (n) => ({
        text: 'SELECT * FROM customers WHERE id = $1',
        attributes: { 'db.query.parameter.0': String(n) },
      }),
    ],
  ])('%s tell different values', (_, at) => {
    inSpan('GET /orders', () => {
      for (let n = 0; n < 6; n++) query(at(n).text, { attributes: at(n).attributes ?? {} })
    })
    expect(processor.insights.findings()).toMatchObject([
      { kind: 'repeated_query', tier: undefined, evidence: { count: 6, distinct: 6 } },
    ])
  })

  test('and equal values', () => {
    inSpan('GET /orders', () => {
      for (let n = 0; n < 6; n++) query('SELECT * FROM customers WHERE id = 7')
    })
    expect(processor.insights.findings()).toMatchObject([{ kind: 'duplicate_query', evidence: { count: 6 } }])
  })

  test('nothing is called slow: a span\u2019s time may be waiting', () => {
    inSpan('GET /orders', () => query('SELECT * FROM orders', { millis: 30_000 }))
    expect(processor.insights.findings()).toEqual([])
    expect(processor.insights.statistics()).toMatchObject({ queries: 1, totalMillis: 30_000 })
  })

  test('failures are counted', () => {
    inSpan('GET /orders', () => {
      const span = upstream.startSpan('pg.query', {
        kind: SpanKind.CLIENT,
        attributes: { 'db.system': 'postgresql' },
      })
      span.setAttributes({ 'db.query.text': 'SELECT 1', 'db.response.status_code': '57014' })
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
    expect(processor.insights.statistics().failedQueries).toEqual({ '57014': 1 })
  })
})

describe('a query is counted once', () => {
  test('if the full feed has reported it', () => {
    inSpan('GET /orders', () => {
      for (let n = 0; n < 6; n++) {
        query('SELECT 1 FROM a WHERE b = $1', { tracer: provider.getTracer('@pgspan/instrumentation-pg') })
      }
    })
    expect(processor.insights.statistics().queries).toBe(0)
  })

  test.each([
    ['CLIENT', SpanKind.CLIENT],
    ['INTERNAL', SpanKind.INTERNAL],
  ])('if an ORM makes a span of its own around the driver\u2019s, of kind %s', (_name, kind) => {
    inSpan('GET /orders', () => {
      const attributes = { 'db.system': 'postgresql', 'db.statement': 'SELECT * FROM users' }
      const orm = provider.getTracer('orm').startSpan('find', { kind, attributes })
      context.with(trace.setSpan(context.active(), orm), () => query('SELECT * FROM users'))
      orm.end()
    })
    expect(processor.insights.statistics().queries).toBe(1)
  })

  test('if the same insights are given to two processors', async () => {
    await provider.shutdown()
    const insights = createInsights()
    useProcessors(new InsightsSpanProcessor(insights), new InsightsSpanProcessor(insights))
    inSpan('GET /orders', () => {
      query('SELECT * FROM users')
      fullFeedQuery('SELECT * FROM orders')
    })
    expect(insights.statistics()).toMatchObject({ queries: 2, units: 1 })
    insights.close()
  })

  test('and spans without a statement or of other systems are not counted at all', () => {
    inSpan('GET /orders', () => {
      upstream
        .startSpan('pg-pool.connect', { kind: SpanKind.CLIENT, attributes: { 'db.system': 'postgresql' } })
        .end()
      query('SELECT 1', { attributes: { 'db.system.name': 'mysql' } })
      tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: { 'db.query.text': 'SELECT 1' } }).end()
    })
    expect(processor.insights.statistics().queries).toBe(0)
  })
})

describe('the processor attaches the full feed by itself', () => {
  test('so that its findings stand on the root span', () => {
    inSpan('GET /orders', () => {
      for (let n = 0; n < 6; n++) fullFeedQuery('SELECT * FROM config WHERE name = $1', ['a'])
    })
    expect(processor.insights.findings()).toMatchObject([{ kind: 'duplicate_query', unit: 'GET /orders' }])
    expect(exported('GET /orders')?.attributes).toMatchObject({
      'pgspan.findings.kinds': ['duplicate_query'],
    })
  })

  test('and detaches it at shutdown', async () => {
    await processor.shutdown()
    inSpan('GET /orders', () => fullFeedQuery('SELECT 1'))
    expect(processor.insights.statistics().queries).toBe(0)
  })
})

describe('spans belong to units of work', () => {
  test('a local root span opens one, its descendants inherit it, and its end ends it', () => {
    let unit: UnitOfWork | undefined
    inSpan('GET /orders', (root) => {
      unit = unitOfWorkOfSpan(root)
      expect(unit).toMatchObject({ kind: 'trace', rootSpan: root, traceId: root.spanContext().traceId })
      inSpan('controller', (child) => expect(unitOfWorkOfSpan(child)).toBe(unit), SpanKind.INTERNAL)
      expect(currentUnitOfWork()).toBe(unit)
    })
    expect(unit?.ended).toBe(true)
  })

  test('requests in one distributed trace are apart', () => {
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    })
    const units = [1, 2].map(() =>
      context.with(remote, () => inSpan('GET /orders', (span) => unitOfWorkOfSpan(span))),
    )
    expect(units[0]).toBeInstanceOf(UnitOfWork)
    expect(units[0]).not.toBe(units[1])
  })

  test('messages that are consumed within one span are apart', () => {
    const units = inSpan('poll', (outer) => [
      unitOfWorkOfSpan(outer),
      inSpan('message', (span) => unitOfWorkOfSpan(span), SpanKind.CONSUMER),
      inSpan('message', (span) => unitOfWorkOfSpan(span), SpanKind.CONSUMER),
    ])
    expect(new Set(units).size).toBe(3)
  })

  test('the request or job that is running takes the first root span within it, and ends by itself', () => {
    let job: UnitOfWork | undefined
    runInUnitOfWork('import', () => {
      job = currentUnitOfWork()
      inSpan('read', (span) => expect(unitOfWorkOfSpan(span)).toBe(job), SpanKind.INTERNAL)
      expect(job).toMatchObject({ ended: false, name: 'import' })
      inSpan('write', (span) => expect(unitOfWorkOfSpan(span)).toBe(job), SpanKind.INTERNAL)
      inSpan('message', (span) => expect(unitOfWorkOfSpan(span)).not.toBe(job), SpanKind.CONSUMER)
    })
    expect(job?.ended).toBe(true)
  })

  test('a database call that is nobody\u2019s child is none', () => {
    query('SELECT 1')
    expect(unitOfWorkOfSpan(exporter.getFinishedSpans()[0] as unknown as Span)).toBeUndefined()
    expect(processor.insights.statistics()).toMatchObject({ queries: 1, units: 0 })
  })

  test('a unit is named by its route as soon as that is known', () => {
    inSpan('GET', (root) => {
      root.setAttributes({ 'http.request.method': 'GET', 'http.route': '/orders/:id' })
      shopRequest()
    })
    expect(processor.insights.findings()[0]?.unit).toBe('GET /orders/:id')
    expect(processor.insights.statistics().routes[0]?.name).toBe('GET /orders/:id')
  })

  test('a span that is renamed names its unit at the end', () => {
    inSpan('GET', (root) => {
      query('SELECT 1')
      root.updateName('job nightly')
    })
    expect(processor.insights.statistics().routes[0]?.name).toBe('job nightly')
  })

  test('what comes after the end of the root span is not looked at', () => {
    const root = tracer.startSpan('GET /orders', { kind: SpanKind.SERVER })
    const active = trace.setSpan(ROOT_CONTEXT, root)
    root.end()
    context.with(active, shopRequest)
    expect(processor.insights.findings()).toEqual([])
    expect(processor.insights.statistics().queries).toBe(13)
  })
})

describe('what the processor does never reaches the code that starts and ends spans', () => {
  test('errors are caught, and after ten within a minute it rests, with one line', () => {
    const lines: unknown[] = []
    const logger = {
      error: (line: unknown) => lines.push(line),
      warn() {},
      info() {},
      debug() {},
      verbose() {},
    }
    diag.setLogger(logger)
    const hostile = {
      spanContext: () => {
        throw new Error('no')
      },
    }
    for (let n = 0; n < 30; n++) {
      // @ts-expect-error: a span that is none
      expect(() => processor.onStart(hostile, ROOT_CONTEXT)).not.toThrow()
      // @ts-expect-error: a span that is none
      expect(() => processor.onEnd({})).not.toThrow()
    }
    diag.disable()
    expect(lines).toEqual([
      'pgspan: insights failed ten times within a minute and rest for a minute; the last error was',
    ])
    inSpan('GET /orders', shopRequest)
    expect(processor.insights.findings()).toEqual([])
  })
})

test('forceFlush reports what is open', async () => {
  const reported: string[] = []
  processor.insights.subscribe(({ kind }) => reported.push(kind))
  const root = tracer.startSpan('worker', { kind: SpanKind.INTERNAL })
  context.with(trace.setSpan(ROOT_CONTEXT, root), shopRequest)
  expect(reported).toEqual([])
  await processor.forceFlush()
  expect(reported).toEqual(['repeated_query'])
  root.end()
})

const shapes = new QueryShapeCache()
const connection = new Connection(1, { namespace: 'shop', address: 'localhost', port: 5432, user: 'app' })

/** A query as the instrumentation of the driver reports it. */
function fullFeedQuery(text: string, values?: readonly unknown[]): void {
  const { dispatcher } = processState()
  const execution = new QueryExecution(
    context.active(),
    currentUnitOfWork(),
    connection,
    undefined,
    shapes.shapeOf(text),
    undefined,
    false,
    performance.now(),
  )
  dispatcher.queryStarted(execution, values)
  execution.sentAt = performance.now()
  dispatcher.settleQuery(execution, undefined, { rows: [], fields: [] })
}
