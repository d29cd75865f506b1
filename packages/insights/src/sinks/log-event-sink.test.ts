import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { column, siteAt } from '../../test/simulated-database.js'
import { type Simulation, simulate } from '../../test/simulation.js'

const ids = [9041, 217, 3310, 58213, 771, 4402, 1115, 90210]

afterEach(() => {
  logs.disable()
  vi.unstubAllEnvs()
})

function memory(): { provider: LoggerProvider; records: InMemoryLogRecordExporter } {
  const records = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: records })] })
  return { provider, records }
}

function loop({ db, unit }: Simulation, count = ids.length): void {
  db.query('SELECT id FROM customers', [], { rows: column('id', ids) })
  for (const id of ids.slice(0, count)) {
    db.query('SELECT * FROM orders WHERE customer_id = $1', [id], { site: siteAt('load', 14) })
  }
  unit.end()
}

describe('the event pgspan.finding', () => {
  test('carries the finding as plain attributes, in the trace of its unit', () => {
    const { provider, records } = memory()
    const simulation = simulate({ loggerProvider: provider })
    const root = new TracerProvider().getTracer('test').startSpan('GET /orders')
    simulation.unit.rootSpan = root
    loop(simulation)
    const [record] = records.getFinishedLogRecords()
    expect(records.getFinishedLogRecords()).toHaveLength(1)
    expect(record).toMatchObject({
      eventName: 'pgspan.finding',
      severityNumber: 13,
      severityText: 'WARN',
      body: 'SELECT orders ran 8 times, once for each customers.id of an earlier result, in GET /orders.',
      instrumentationScope: { name: '@pgspan/insights' },
      spanContext: { traceId: root.spanContext().traceId, spanId: root.spanContext().spanId },
    })
    expect(record?.attributes).toEqual({
      'pgspan.finding.id': simulation.finding('n_plus_one')?.id,
      'pgspan.finding.kind': 'n_plus_one',
      'pgspan.finding.tier': 'proven',
      'pgspan.finding.severity': 'warning',
      'pgspan.finding.unit': 'GET /orders',
      'pgspan.finding.sightings': 1,
      'pgspan.finding.count': 8,
      'pgspan.finding.distinct': 8,
      'pgspan.finding.total_ms': 8,
      'pgspan.finding.median_ms': 1,
      'pgspan.finding.saved_ms': 7,
      'pgspan.finding.concurrency': 'sequential',
      'pgspan.finding.coverage': '8 of 8',
      'pgspan.finding.fingerprint': simulation.finding('n_plus_one')?.fingerprint,
      'pgspan.finding.source.column': 'customers.id',
      'pgspan.finding.source.summary': 'SELECT customers',
      'pgspan.finding.source.rows': 8,
      'pgspan.finding.fix': 'Ask for one query for all of them: WHERE customer_id = ANY($1).',
      'pgspan.finding.docs': 'n-plus-one',
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.query.summary': 'SELECT orders',
      'db.query.text': 'SELECT * FROM orders WHERE customer_id = $1',
      'code.file.path': 'src/orders.ts',
      'code.line.number': 14,
      'code.function.name': 'load',
    })
  })

  test('goes to the provider that the SDK registers, also after insights were made', () => {
    const simulation = simulate()
    const { provider, records } = memory()
    logs.setGlobalLoggerProvider(provider)
    loop(simulation)
    expect(records.getFinishedLogRecords()).toHaveLength(1)
  })

  test('goes nowhere without a provider, and into no trace without a span', () => {
    loop(simulate())
    const { provider, records } = memory()
    loop(simulate({ loggerProvider: provider }))
    expect(records.getFinishedLogRecords()[0]?.spanContext).toBeUndefined()
  })

  test('is emitted for an unsampled trace too', () => {
    const { provider, records } = memory()
    const simulation = simulate({ loggerProvider: provider })
    const spanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 0,
    }
    const context = trace.setSpanContext(ROOT_CONTEXT, spanContext)
    simulation.db.query('SELECT * FROM orders', [], { millis: 200, context })
    expect(records.getFinishedLogRecords()[0]?.spanContext?.traceId).toBe(spanContext.traceId)
    expect(simulation.finding('slow_query')?.traceId).toBe(spanContext.traceId)
  })
})

describe('in production', () => {
  test('a repetition that costs next to nothing is no log record, but is found', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { provider, records } = memory()
    const simulation = simulate({ loggerProvider: provider })
    loop(simulation)
    expect(records.getFinishedLogRecords()).toHaveLength(0)
    expect(simulation.kinds()).toEqual(['n_plus_one'])
  })

  test.each<[string, (simulation: Simulation) => void]>([
    [
      'twenty repetitions',
      ({ db }) => times(20, () => db.query('SELECT * FROM config WHERE name = $1', ['a'])),
    ],
    ['20 ms to save', ({ db }) => times(3, () => db.query('SELECT * FROM config', [], { millis: 10 }))],
    ['a slow query', ({ db }) => db.query('SELECT * FROM config', [], { millis: 200 })],
  ])('%s are worth one', (_, act) => {
    vi.stubEnv('NODE_ENV', 'production')
    const { provider, records } = memory()
    const simulation = simulate({ loggerProvider: provider })
    act(simulation)
    simulation.unit.end()
    expect(records.getFinishedLogRecords()).toHaveLength(1)
  })
})

function times(count: number, act: () => void): void {
  for (let n = 0; n < count; n++) act()
}
