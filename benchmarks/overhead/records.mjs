// What one record in a histogram costs: the SDK's beside the metrics endpoint's, in turns in one process.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import { median } from './report.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    records: { type: 'string', default: '300000' },
    pinned: { type: 'boolean', default: false },
  },
})

if (!options.pinned && spawnSync('taskset', ['--version']).status === 0) {
  const self = fileURLToPath(import.meta.url)
  const args = ['-c', '1', process.execPath, self, ...process.argv.slice(2), '--pinned']
  process.exit(spawnSync('taskset', args, { stdio: 'inherit' }).status ?? 1)
}

class SilentReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const buckets = { advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] } }
const endpoint = createMetricsEndpoint()
const providers = {
  sdk: new MeterProvider({ readers: [new SilentReader()] }),
  endpoint: endpoint.meterProvider,
}
const all = {
  'db.client.connection.pool.name': 'shop',
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'server.address': '10.0.0.1',
  'db.query.summary': 'SELECT orders',
}
const withFirst = (count) => Object.freeze(Object.fromEntries(Object.entries(all).slice(0, count)))
const sampled = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
})

/** What is recorded each time: the same frozen object, or one made anew. */
const cases = {
  'no attributes': { attributes: () => undefined },
  'one attribute': { attributes: constantly(withFirst(1)) },
  'two attributes': { attributes: constantly(withFirst(2)) },
  'five attributes': { attributes: constantly(withFirst(5)) },
  'five attributes, sampled': { attributes: constantly(withFirst(5)), context: sampled },
  'five attributes in a new object': { attributes: () => ({ ...all }) },
}

function constantly(value) {
  return () => value
}

const count = Number(options.records)
const samples = {}
for (let round = -2; round < Number(options.rounds); round++) {
  for (const [name, { attributes, context = ROOT_CONTEXT }] of Object.entries(cases)) {
    const order = round % 2 === 0 ? ['sdk', 'endpoint'] : ['endpoint', 'sdk']
    for (const who of order) {
      const histogram = providers[who].getMeter('bench').createHistogram(name, buckets)
      const start = process.cpuUsage()
      for (let i = 0; i < count; i++) histogram.record((i % 1_000) / 5_000, attributes(), context)
      const { user, system } = process.cpuUsage(start)
      // The first rounds warm it up.
      if (round < 0) continue
      samples[name] ??= { sdk: [], endpoint: [] }
      samples[name][who].push(((user + system) * 1_000) / count)
    }
  }
  // As a scrape would: exemplars are taken anew.
  await endpoint.answer('GET', {})
}
endpoint.close()

console.log('CPU per record, nanoseconds: median, and from the lowest to the highest')
for (const [name, { sdk, endpoint }] of Object.entries(samples))
  console.log(`${name.padEnd(34)} SDK ${spread(sdk)}   endpoint ${spread(endpoint)}`)

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const figures = [median(values), sorted[0], sorted.at(-1)].map((value) => value.toFixed(0).padStart(5))
  return `${figures[0]} (${figures[1]} – ${figures[2]})`
}
