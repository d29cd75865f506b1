import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { claimedInstrumentation, loadPgAnew } from './claimed-instrumentation.js'

const database = useTestDatabase()

/** As two tools bring it along: each registers an instrumentation of its own, for its own exporter. */
const tools = ['first', 'second'].map(() => {
  const exporter = new InMemorySpanExporter()
  const instrumentation = claimedInstrumentation()
  instrumentation.setTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  )
  return { exporter, instrumentation }
})
const { Client } = loadPgAnew()
afterAll(() => {
  for (const { instrumentation } of tools) instrumentation.disable()
})

test('two instrumentations in one process get one span each for one query', async () => {
  const client = new Client({ connectionString: database().connectionString })
  await client.connect()
  for (const { exporter } of tools) exporter.reset()
  await client.query('SELECT 1')
  await client.end()
  expect(tools.map(({ exporter }) => exporter.getFinishedSpans().length)).toEqual([1, 1])
})
