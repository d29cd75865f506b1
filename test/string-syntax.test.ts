import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ connectSpans: 'never' })
afterAll(() => instrumentation.disable())

/** One string where a backslash escapes, and a string with broken quotes behind it where it does not. */
const text = "SELECT 'it\\'s', 2 AS two"

let client: pg.Client
afterEach(() => client.end())

async function connect(options: string): Promise<void> {
  client = new (loadPg().Client)({ connectionString: database().connectionString, options })
  await client.connect()
  telemetry.reset()
}

function queryTexts(): unknown[] {
  return telemetry.spans().map(({ attributes }) => attributes['db.query.text'])
}

describe('a text is read as the server reads it', () => {
  beforeEach(() => connect('-c standard_conforming_strings=off -c escape_string_warning=off'))

  test('where backslashes escape', async () => {
    const { rows } = await client.query(text)
    expect(rows).toEqual([{ '?column?': "it's", two: 2 }])
    expect(queryTexts()).toEqual(['SELECT ?, ? AS two'])
  })

  test('from the moment on that the session changes it', async () => {
    await client.query('SET standard_conforming_strings = on')
    await expect(client.query(text)).rejects.toMatchObject({ code: '42601' })
    expect(queryTexts()[1]).toBe('SELECT ?')
    await client.query("SELECT 'a\\', 2 AS two")
    expect(queryTexts()[2]).toBe('SELECT ?, ? AS two')
  })
})

test('a text is read by the standard where the server keeps to it', async () => {
  await connect('')
  await expect(client.query(text)).rejects.toMatchObject({ code: '42601' })
  expect(queryTexts()).toEqual(['SELECT ?'])
})
