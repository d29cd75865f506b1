import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE TABLE item (id int PRIMARY KEY)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation({ recordReturnedRows: true })
afterAll(() => instrumentation.disable())

interface Recorded {
  readonly count: number
  readonly sum: number
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] }
}

async function recorded(): Promise<Record<string, Recorded>> {
  const points = await telemetry.points('db.client.response.returned_rows')
  return Object.fromEntries(
    points.map(({ attributes, value }) => [String(attributes['db.query.summary']), value as Recorded]),
  )
}

test('the rows that each query gave are recorded by summary, and nothing for what gives none', async () => {
  const client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
  await client.query('BEGIN')
  await client.query('INSERT INTO item SELECT generate_series(1, 30)')
  await client.query('COMMIT')
  await client.query('SELECT id FROM item')
  await client.query({ text: 'SELECT id FROM item WHERE id > 28', rowMode: 'array' })
  await client.query('SELECT id FROM item WHERE id > 30')
  await client.query('UPDATE item SET id = id + 100 WHERE id <= 7 RETURNING id')
  await client.query('SELECT id FROM missing').catch(() => {})
  await client.query('SELECT 1 AS first; SELECT 2 AS second')
  const cursor = client.query(new Cursor('SELECT i.id FROM item AS i, item AS other'))
  await cursor.read(40)
  await cursor.close()
  for await (const _ of client.query(new QueryStream('SELECT id FROM item AS streamed'))) void _
  await client.end()
  const { 'SELECT item': reads, 'UPDATE item': updates, ...others } = await recorded()
  expect(reads).toMatchObject({ count: 4, sum: 30 + 2 + 0 + 30 })
  expect(updates).toMatchObject({ count: 1, sum: 7 })
  expect(Object.values(others)).toEqual([expect.objectContaining({ count: 1, sum: 40 })])
  expect(reads?.buckets.boundaries).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000])
})

test('by default no rows are recorded', async () => {
  instrumentation.setConfig({})
  telemetry.reset()
  const client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
  await client.query('SELECT id AS later FROM item AS items')
  await client.end()
  const { 'SELECT item': reads } = await recorded()
  expect(reads?.count ?? 4).toBe(4)
})
