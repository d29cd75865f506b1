import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
let clients: pg.Client[]

beforeEach(async () => {
  const { Client } = loadPg()
  clients = [0, 1].map(() => new Client({ connectionString: database().connectionString }))
  await Promise.all(clients.map((client) => client.connect()))
  telemetry.reset()
})
afterEach(() => Promise.all(clients.map((client) => client.end())))
afterAll(() => instrumentation.disable())

const [first, second] = [() => clients[0] as pg.Client, () => clients[1] as pg.Client]

const stallOf = (span: ReadableSpan | undefined): number =>
  (span?.attributes['pgspan.event_loop.stall'] as number | undefined) ?? 0

const secondsOf = ({ duration: [seconds, nanoseconds] }: ReadableSpan): number => seconds + nanoseconds / 1e9

/** Works, and does nothing else, for this long. */
function block(millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}

describe('a loop that is blocked while a query is with the server stands on its span', () => {
  test.each([
    ['at once', (work: () => void) => work(), 'SELECT 1'],
    ['in the check phase', (work: () => void) => setImmediate(work), 'SELECT 1'],
    ['by a timer', (work: () => void) => setTimeout(work, 5), 'SELECT pg_sleep(0.2)'],
  ])('%s', async (_when, later, text) => {
    const query = first().query(text)
    later(() => block(320))
    await query
    expect(stallOf(telemetry.spans()[0])).toBeGreaterThan(0.1)
  })

  test('by another query’s callback that runs before the answer is read', async () => {
    let hasBlocked = false
    const answered = (client: pg.Client): Promise<void> =>
      new Promise((resolve) =>
        client.query('SELECT 1', () => {
          if (!hasBlocked) block(320)
          hasBlocked = true
          resolve()
        }),
      )
    const both = [answered(first()), answered(second())]
    // Both answers arrive in the meantime.
    block(60)
    await Promise.all(both)
    expect(Math.max(...telemetry.spans().map(stallOf))).toBeGreaterThan(0.3)
  })
})

test('what was blocked before a query was sent is not counted for it', async () => {
  const long = first().query('SELECT pg_sleep(0.3)')
  block(120)
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (let n = 0; n < 5; n++) await second().query('SELECT 1')
  block(120)
  await second().query('SELECT 1')
  await long
  const spans = telemetry.spans()
  expect(spans).toHaveLength(7)
  for (const span of spans) expect(stallOf(span)).toBeLessThanOrEqual(secondsOf(span) + 0.002)
  const slept = spans.find(({ attributes }) => String(attributes['db.query.text']).includes('pg_sleep'))
  expect(stallOf(slept)).toBeGreaterThan(0.1)
})

test('the loop is watched by one timer, which keeps no process alive and ends after the last query', async () => {
  // The one of the test before is gone by then.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const begun = vi.spyOn(globalThis, 'setInterval')
  const ended = vi.spyOn(globalThis, 'clearInterval')
  await Promise.all([first().query('SELECT pg_sleep(0.05)'), second().query('SELECT 1')])
  const timers = begun.mock.results.map(({ value }) => value as NodeJS.Timeout)
  await vi.waitFor(() => expect(ended.mock.calls.flat()).toEqual(timers))
  expect(timers.map((timer) => timer.hasRef())).toEqual([false])
  begun.mockRestore()
  ended.mockRestore()
})
