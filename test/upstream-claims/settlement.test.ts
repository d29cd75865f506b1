import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { driversFolder } from '../support/run-child.js'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import {
  claimedInstrumentation,
  loadPgAnew,
  querySpans,
  recordedCount,
  useFreshMetrics,
} from './claimed-instrumentation.js'

const requireDriver = createRequire(join(driversFolder, 'package.json'))

/** Of `pg-copy-streams`, which brings no types. */
const { from: copyFrom, to: copyTo } = requireDriver('pg-copy-streams') as Record<
  'from' | 'to',
  (text: string) => Duplex & pg.Submittable
>

const database = useTestDatabase()
let started = 0
const counter: SpanProcessor = {
  onStart: () => void started++,
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
}
const telemetry = useTelemetry({ spanProcessors: [counter] })
const instrumentation = claimedInstrumentation()
const pgOfApplication = loadPgAnew()
afterAll(() => instrumentation.disable())

const thirty = 'SELECT n FROM generate_series(1, 30) AS n'

let client: pg.Client
let metric: ReturnType<typeof useFreshMetrics>

beforeEach(async () => {
  client = new pgOfApplication.Client({ connectionString: database().connectionString })
  await client.connect()
  telemetry.reset()
  started = 0
  metric = useFreshMetrics(instrumentation)
})
afterEach(() => client.end())

async function recordedDurations(): Promise<number> {
  return recordedCount(await metric('db.client.operation.duration'))
}

/** That everything that began has ended, in one span and one duration. */
async function expectOneSettledQuery(): Promise<ReadableSpan> {
  const ended = telemetry.spans().length
  expect({ started, ended, durations: await recordedDurations() }).toEqual({
    started: 1,
    ended: 1,
    durations: 1,
  })
  return querySpans(telemetry)[0] as ReadableSpan
}

describe('the span of a caller’s own object is ended and its duration recorded', () => {
  test('for a cursor', async () => {
    const cursor = client.query(new Cursor(thirty))
    for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10));
    await expectOneSettledQuery()
  })

  test('for a cursor that is closed early', async () => {
    const cursor = client.query(new Cursor(thirty))
    await cursor.read(10)
    await cursor.close()
    await expectOneSettledQuery()
  })

  test('for a query stream, with its text', async () => {
    let rows = 0
    for await (const _row of client.query(new QueryStream(thirty))) rows++
    expect(rows).toBe(30)
    const span = await expectOneSettledQuery()
    expect(span.attributes['db.query.text']).toContain('generate_series')
  })

  test('for COPY out of a table', async () => {
    let bytes = 0
    for await (const chunk of client.query(copyTo(`COPY (${thirty}) TO STDOUT`))) bytes += chunk.length
    expect(bytes).toBeGreaterThan(60)
    await expectOneSettledQuery()
  })

  test('for COPY into a table', async () => {
    await client.query('CREATE TEMPORARY TABLE item (n int)')
    telemetry.reset()
    started = 0
    metric = useFreshMetrics(instrumentation)
    await pipeline(Readable.from(['1\n', '2\n']), client.query(copyFrom('COPY item FROM STDIN')))
    await expectOneSettledQuery()
  })

  test('for a pg.Query', async () => {
    const query = client.query(new pgOfApplication.Query(thirty))
    await new Promise((resolve) => query.on('end', resolve))
    await expectOneSettledQuery()
  })
})

test('a config with a callback that is used five times makes five spans and five durations', async () => {
  let answers = 0
  const config = { text: 'SELECT 1', callback: () => answers++ }
  for (let n = 0; n < 5; n++) {
    // The published types leave this call form out.
    ;(client.query as (config: unknown) => void)(config)
    await new Promise((resolve) => client.once('drain', resolve))
  }
  expect(answers).toBe(5)
  expect({ ended: telemetry.spans().length, durations: await recordedDurations() }).toEqual({
    ended: 5,
    durations: 5,
  })
})

/** What is no native promise: bluebird and the like, which pg's option `Promise` takes. */
class OwnPromise<Value> {
  readonly #native: Promise<Value>

  constructor(executor: ConstructorParameters<typeof Promise<Value>>[0]) {
    this.#native = new Promise(executor)
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one
  then(
    onFulfilled?: (value: Value) => unknown,
    onRejected?: (error: unknown) => unknown,
  ): OwnPromise<unknown> {
    return new OwnPromise((resolve) => resolve(this.#native.then(onFulfilled, onRejected)))
  }

  catch(onRejected: (error: unknown) => unknown): OwnPromise<unknown> {
    return this.then(undefined, onRejected)
  }
}

test('a query of a client with a Promise of its own is settled', async () => {
  // pg's option takes any constructor of promises; its types want the native one.
  const options = { connectionString: database().connectionString, Promise: OwnPromise } as object
  const own = new pgOfApplication.Client(options)
  await own.connect()
  telemetry.reset()
  started = 0
  const promise: unknown = own.query('SELECT 1')
  await promise
  await own.end()
  expect(promise).toBeInstanceOf(OwnPromise)
  await expectOneSettledQuery()
})

test('the time in the client’s own queue is told from the execution', async () => {
  await Promise.all([
    client.query('SELECT pg_sleep(0.2)'),
    client.query('SELECT 1'),
    client.query('SELECT 2'),
  ])
  const [slow, second, third] = querySpans(telemetry).map(executionSeconds)
  expect(second).toBeLessThan((slow as number) / 2)
  expect(third).toBeLessThan((slow as number) / 2)
})

/** As told apart, or else the whole. */
function executionSeconds({ attributes, duration }: ReadableSpan): number {
  return Number(attributes['pgspan.execution.time'] ?? duration[0] + duration[1] / 1e9)
}
