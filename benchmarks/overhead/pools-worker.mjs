// One process of the pool benchmark: one mode, one figure. See pools.mjs.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { context, metrics, trace } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { startSdk } from './silent-sdk.mjs'

const require = createRequire(import.meta.url)
/** Until code is compiled, and the pool has given out more connections than it notes all lines of. */
const warmUp = 60_000

const { mode, connectionString, cycles } = JSON.parse(readFileSync(0, 'utf8'))

startSdk('sampled', [])
const after = start(mode)
const { Pool } = require('pg')
const pool = new Pool({ connectionString, max: 10, idleTimeoutMillis: 0 })
const cyclesPerRequest = 10
// The application's own frames above the call: a stack is as deep as it is.
const depth = 20

await run(warmUp)
const before = process.cpuUsage()
await run(cycles)
const { user } = process.cpuUsage(before)
process.stdout.write(JSON.stringify(user / cycles), () => process.exit(0))

async function run(count) {
  const tracer = trace.getTracer('application')
  for (let done = 0; done < count; done += cyclesPerRequest) {
    await tracer.startActiveSpan('request', async (span) => {
      await request()
      span.end()
    })
  }
}

async function request() {
  for (let n = 0; n < cyclesPerRequest; n++) {
    const client = await deep(depth)
    client.release()
    after()
  }
}

function deep(left) {
  return left === 0 ? pool.connect() : deep(left - 1)
}

/** Returns what is done beside each cycle. */
function start(name) {
  if (name === 'upstream') instrument('@opentelemetry/instrumentation-pg')
  if (name === 'pgspan with own metrics' || name === 'startPgspan')
    require('@pgspan/metrics-endpoint').createMetricProducer()
  if (name.startsWith('pgspan') || name === 'startPgspan') instrument('@pgspan/instrumentation-pg')
  if (name.startsWith('pgspan with insights') || name === 'startPgspan') {
    const stacks = /stacks (\w+)/.exec(name)?.[1]
    const options = stacks === undefined ? {} : { checkoutStacks: stacks }
    require('@pgspan/insights').createInsights(options).attach()
  }
  return name === 'floor' ? twoHistograms() : () => {}
}

function instrument(packageName) {
  const { PgInstrumentation } = require(packageName)
  registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
}

/** What the conventions ask for each acquire and release, recorded by the SDK alone. */
function twoHistograms() {
  const meter = metrics.getMeter('floor')
  const options = {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  }
  const waits = meter.createHistogram('db.client.connection.wait_time', options)
  const uses = meter.createHistogram('db.client.connection.use_time', options)
  const attributes = { 'db.client.connection.pool.name': 'postgres', 'db.system.name': 'postgresql' }
  return () => {
    waits.record(0.0001, attributes, context.active())
    uses.record(0.0002, attributes, context.active())
  }
}
