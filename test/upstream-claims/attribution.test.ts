import { once } from 'node:events'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
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

function inRequest<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const tracer = trace.getTracer('application')
  return tracer.startActiveSpan(name, {}, ROOT_CONTEXT, (span) => work().finally(() => span.end()))
}

/** The request in whose trace a span is: the name of the application's span there. */
function requestOf(span: ReadableSpan | undefined): string {
  const { traceId } = span?.spanContext() ?? {}
  const inTrace = telemetry.spans().filter((other) => other.spanContext().traceId === traceId)
  return (
    inTrace.find(({ instrumentationScope }) => instrumentationScope.name === 'application')?.name ?? 'none'
  )
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
  test('is in the trace of its caller where connect spans are switched off (dd-trace-js#3733)', async () => {
    configure(instrumentation, withoutConnectSpans)
    await contend((pool) => inRequest('waiter', () => pool.query('SELECT FROM pg_class')))
    expect(requestOf(spanOf('SELECT FROM pg_class'))).toBe('waiter')
  })

  test('is in no trace of another request where its caller has no span (dd-trace-js#3733)', async () => {
    configure(instrumentation, {})
    await contend((pool) => pool.query('SELECT FROM pg_class'))
    expect(spanOf('SELECT FROM pg_class')).toBeDefined()
    expect(requestOf(spanOf('SELECT FROM pg_class'))).toBe('none')
  })

  test('is misplaced for none of 200 queries of 40 requests on 4 connections (dd-trace-js#3733)', async () => {
    configure(instrumentation, withoutConnectSpans)
    const pool = new Pool({ connectionString: database().connectionString, max: 4 })
    await Promise.all(
      Array.from({ length: 40 }, (_, request) =>
        inRequest(`request ${request}`, async () => {
          const queries = Array.from({ length: 5 }, () => pool.query(`SELECT FROM (SELECT) AS "${request}"`))
          await Promise.all(queries)
        }),
      ),
    )
    await pool.end()
    const queries = querySpans(telemetry)
    const misplaced = queries.filter((span) => {
      const [, request] = /"(\d+)"/.exec(String(span.attributes['db.query.text'])) ?? []
      return requestOf(span) !== `request ${request}`
    })
    expect({ queries: queries.length, misplaced: misplaced.length }).toEqual({ queries: 200, misplaced: 0 })
  })
})

test('a listener of a connection does not run in the ended request that opened it', async () => {
  configure(instrumentation, {})
  const { connectionString } = database()
  const listener = new Client({ connectionString })
  const ids: (string | undefined)[] = []
  listener.on('notification', () => ids.push(trace.getActiveSpan()?.spanContext().spanId))
  listener.on('notice', () => ids.push(trace.getActiveSpan()?.spanContext().spanId))
  await inRequest('opener', () => listener.connect())
  await context.with(ROOT_CONTEXT, async () => {
    await listener.query('LISTEN news')
    const notified = once(listener, 'notification')
    await listener.query(`DO $$ BEGIN RAISE NOTICE 'x'; END $$`)
    await listener.query('NOTIFY news')
    await notified
    await listener.end()
  })
  const active = ids.map((id) => telemetry.spans().find((span) => span.spanContext().spanId === id)?.name)
  expect(active.map((name) => name ?? 'none')).toEqual(['none', 'none'])
})
