import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ connectSpans: 'never', keepParameterizedText: true })

let client: pg.Client
beforeAll(async () => {
  client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
})
beforeEach(() => telemetry.reset())
afterAll(async () => {
  await client.end()
  instrumentation.disable()
})

async function recordedTextOf(text: string, values: unknown[] = []): Promise<unknown> {
  await client.query(text, values).catch(() => {})
  return telemetry.spans()[0]?.attributes['db.query.text']
}

test('a text with parameters is recorded as it was passed if the option says so', async () => {
  const text = "SELECT $1::int, 'active'  /* shop */ LIMIT 5"
  expect(await recordedTextOf(text, [1])).toBe(text)
})

test('a text without parameters is sanitised all the same', async () => {
  expect(await recordedTextOf("SELECT 'secret', 5")).toBe('SELECT ?, ?')
})

test('a text with parameters and broken quotes is sanitised all the same', async () => {
  expect(await recordedTextOf("SELECT $1, 'O'Brien'", [1])).toBe('SELECT $1, ?')
})

test('a text that the server could not read is masked from its first quote on', async () => {
  expect(await recordedTextOf("SELEC $1, 'secret'", [1])).toBe('SELEC $1, ?')
})

test('its summary and its place in the metrics are those of any other', async () => {
  await recordedTextOf('SELECT relname FROM pg_class WHERE oid = $1 LIMIT 1', [1])
  expect(telemetry.spans()[0]?.name).toBe('SELECT pg_class')
})
