import { once } from 'node:events'
import { context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import {
  type ClaimedOptions,
  claimedInstrumentation,
  configure,
  loadPgAnew,
  querySpans,
} from './claimed-instrumentation.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = claimedInstrumentation()
const { Client, Pool } = loadPgAnew()
afterAll(() => instrumentation.disable())
beforeEach(() => telemetry.reset())

const withoutConnectSpans: ClaimedOptions = {
  upstream: { ignoreConnectSpans: true },
  pgspan: { acquireSpans: 'never', connectSpans: 'never' },
}

function inRequest<Result>(name: string, work: (span: Span) => Promise<Result>): Promise<Result> {
  const tracer = trace.getTracer('application')
  return tracer.startActiveSpan(name, {}, ROOT_CONTEXT, (span) => work(span).finally(() => span.end()))
}

function spanOf(text: string): ReadableSpan | undefined {
  return querySpans(telemetry).find(({ attributes }) => attributes['db.query.text'] === text)
}

/** One connection: a request holds it while `queued` asks for it, and gives it back. */
async function contend(queued: (pool: pg.Pool) => Promise<unknown>): Promise<void> {
  const pool = new Pool({ connectionString: database().connectionString, max: 1 })
  let waiting: Promise<unknown> | undefined
  await inRequest('holder', async () => {
    const client = await pool.connect()
    await client.query('SELECT')
    waiting = context.with(ROOT_CONTEXT, () => queued(pool))
    client.release()
    await waiting
  })
  await pool.end()
}

describe('a query that waits for a pooled connection', () => {
  test('is in the trace of its caller where connect spans are switched off (contrib#579)', async () => {
    configure(instrumentation, withoutConnectSpans)
    let callersTrace: string | undefined
    await contend((pool) =>
      inRequest('waiter', (span) => {
        callersTrace = span.spanContext().traceId
        return pool.query('SELECT FROM pg_class')
      }),
    )
    expect(spanOf('SELECT FROM pg_class')?.spanContext().traceId).toBe(callersTrace)
  })

  test('is in no trace of another request where its caller has no span (contrib#579)', async () => {
    configure(instrumentation, {})
    await contend((pool) => pool.query('SELECT FROM pg_class'))
    expect(spanOf('SELECT FROM pg_class')?.parentSpanContext).toBeUndefined()
  })

  test('is misplaced for none of 200 queries of 40 requests on 4 connections (contrib#579)', async () => {
    configure(instrumentation, withoutConnectSpans)
    const pool = new Pool({ connectionString: database().connectionString, max: 4 })
    const traces: string[] = []
    await Promise.all(
      Array.from({ length: 40 }, (_, request) =>
        inRequest(`request ${request}`, async (span) => {
          traces[request] = span.spanContext().traceId
          const queries = Array.from({ length: 5 }, () => pool.query(`SELECT FROM (SELECT) AS "${request}"`))
          await Promise.all(queries)
        }),
      ),
    )
    await pool.end()
    const placed = querySpans(telemetry).map((span) => {
      const [, request] = /"(\d+)"/.exec(String(span.attributes['db.query.text'])) ?? []
      return span.spanContext().traceId === traces[Number(request)]
    })
    expect(placed).toHaveLength(200)
    expect(placed.filter((isPlaced) => !isPlaced)).toEqual([])
  })
})

test('a listener of a connection does not run in the ended request that opened it', async () => {
  configure(instrumentation, {})
  const { connectionString } = database()
  const listener = new Client({ connectionString })
  const spans: (Span | undefined)[] = []
  listener.on('notification', () => spans.push(trace.getActiveSpan()))
  listener.on('notice', () => spans.push(trace.getActiveSpan()))
  await inRequest('opener', () => listener.connect())
  await context.with(ROOT_CONTEXT, async () => {
    await listener.query('LISTEN news')
    const notified = once(listener, 'notification')
    await listener.query(`DO $$ BEGIN RAISE NOTICE 'x'; END $$`)
    await listener.query('NOTIFY news')
    await notified
    await listener.end()
  })
  expect(spans).toEqual([undefined, undefined])
})
