import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import {
  type ClaimedOptions,
  claimedInstrumentation,
  configure,
  loadPgAnew,
  querySpans,
  recordedCount,
  useFreshMetrics,
} from './claimed-instrumentation.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = claimedInstrumentation()
const metric = useFreshMetrics(instrumentation)
const { Client } = loadPgAnew()
afterAll(() => instrumentation.disable())

let client: pg.Client
beforeEach(async () => {
  client = new Client({ connectionString: database().connectionString, application_name: 'shop' })
  await client.connect()
  telemetry.reset()
})
afterEach(async () => {
  configure(instrumentation, {})
  await client.end()
})

const both = (options: object): ClaimedOptions => ({ upstream: options, pgspan: options })
const echo = 'SELECT current_query() AS text'

describe('with the trace context in comments', () => {
  beforeEach(() => configure(instrumentation, both({ addSqlCommenterCommentToQueries: true })))

  test('a cursor can be read', async () => {
    const cursor = new Cursor<{ text: string }>(echo)
    const returned: unknown = client.query(cursor)
    // A promise of a query that was never sent is rejected later.
    Promise.resolve(returned).catch(() => {})
    expect(returned === cursor).toBe(true)
    expect(await cursor.read(1)).toHaveLength(1)
    await cursor.close()
  })

  test('a statement whose class has getters keeps its values', async () => {
    class Statement {
      get text(): string {
        return 'SELECT $1::int AS n'
      }
      get values(): number[] {
        return [7]
      }
    }
    const answer = await client.query(new Statement()).then(
      ({ rows }) => rows,
      (error: Error) => error.message,
    )
    expect(answer).toEqual([{ n: 7 }])
  })

  test('a text gets one though it quotes two dashes', async () => {
    const { rows } = await client.query<{ text: string }>(`${echo}, '--' AS dashes`)
    expect(rows[0]?.text).toContain('traceparent')
  })
})

test('sending the trace context leaves the application’s name as it was', async () => {
  configure(instrumentation, {
    upstream: { enableTraceContextPropagation: true },
    pgspan: { addSqlCommenterCommentToQueries: true },
  })
  const { rows } = await client.query('SHOW application_name')
  expect(rows).toEqual([{ application_name: 'shop' }])
})

describe('where a span has to have a parent', () => {
  beforeEach(() => configure(instrumentation, both({ requireParentSpan: true })))

  test('a query without one counts in the duration all the same', async () => {
    const counted = async (): Promise<number> => recordedCount(await metric('db.client.operation.duration'))
    const before = await counted()
    await client.query('SELECT 1')
    expect(querySpans(telemetry)).toEqual([])
    expect((await counted()) - before).toBe(1)
  })
})
