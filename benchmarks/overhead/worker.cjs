// One process of the overhead benchmark: one mode, one workload, one figure. See run.mjs.
'use strict'

const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { context, metrics, trace } = require('@opentelemetry/api')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics')
const { AlwaysOffSampler, AlwaysOnSampler, TracerProvider } = require('@opentelemetry/sdk-trace')

const [mode, sdk, workload, connectionString, queries] = process.argv.slice(2)

let ended = 0

/** Spans are made and ended, and go nowhere: what an exporter costs is the same for everybody. */
const countingProcessor = {
  onStart() {},
  onEnd() {
    ended++
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}

/** Metrics are aggregated and never read. */
class SilentReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

function start() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spanProcessors = [countingProcessor]
  if (mode === 'pgspan with insights') {
    const { InsightsSpanProcessor } = require('@pgspan/insights')
    spanProcessors.unshift(new InsightsSpanProcessor())
  }
  if (sdk !== 'no sdk') {
    const sampler = sdk === 'sampled' ? new AlwaysOnSampler() : new AlwaysOffSampler()
    trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors }))
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new SilentReader()] }))
  }
  if (mode === 'none') return
  const { PgInstrumentation } = require(
    mode === 'upstream' ? '@opentelemetry/instrumentation-pg' : '@pgspan/instrumentation-pg',
  )
  registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
}

const workloads = {
  'SELECT 1': (pool) => pool.query('SELECT 1'),
  '10 rows by parameter': (pool, n) =>
    pool.query('SELECT n, n AS id FROM generate_series(1, $1::int) AS n', [10 + (n % 3)]),
}

async function run(pool, count) {
  const query = workloads[workload]
  const tracer = trace.getTracer('benchmark')
  for (let done = 0; done < count; done += 10) {
    await tracer.startActiveSpan('request', async (span) => {
      for (let i = 0; i < 10; i++) await query(pool, i)
      span.end()
    })
  }
}

async function main() {
  start()
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString, max: 1 })
  const count = Number(queries)
  await run(pool, Math.max(2_000, count / 5))
  ended = 0
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await run(pool, count)
  const wall = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  await pool.end()
  process.stdout.write(
    JSON.stringify({
      cpuMicros: (user + system) / count,
      wallMicros: (wall * 1000) / count,
      spans: ended / count,
    }),
  )
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
