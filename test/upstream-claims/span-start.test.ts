import type { Attributes } from '@opentelemetry/api'
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import { claimedInstrumentation, loadPgAnew, querySpans, useFreshMetrics } from './claimed-instrumentation.js'

const database = useTestDatabase()
const seen: Attributes[] = []
const sampler: Sampler = {
  shouldSample(_context, _traceId, _name, _kind, attributes) {
    seen.push({ ...attributes })
    return { decision: SamplingDecision.RECORD_AND_SAMPLED }
  },
  toString: () => 'everything',
}
const telemetry = useTelemetry({ sampler })
const instrumentation = claimedInstrumentation()
const metric = useFreshMetrics(instrumentation)
const { Client } = loadPgAnew()
afterAll(() => instrumentation.disable())

beforeAll(async () => {
  const client = new Client({ connectionString: database().connectionString })
  await client.connect()
  seen.length = 0
  await client.query('SELECT 1 FROM pg_class')
  await client.end()
})

test('a sampler sees the text of the query', () => {
  expect(seen).toHaveLength(1)
  expect(String(seen[0]?.['db.query.text'])).toContain('FROM pg_class')
})

test('what the duration tells operations apart by stands on the span, too', async () => {
  const [point] = (await metric('db.client.operation.duration'))?.dataPoints ?? []
  const [span] = querySpans(telemetry)
  expect(point).toBeDefined()
  const missing = Object.keys(point?.attributes ?? {}).filter((key) => !(key in (span?.attributes ?? {})))
  expect(missing).toEqual([])
})
