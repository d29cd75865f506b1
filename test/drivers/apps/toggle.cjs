// Ours and upstream's instrumentation, switched off and on while the application runs.
async function main() {
  const telemetry = await import('./spans.mjs')
  telemetry.startTracing()
  const { PgInstrumentation: Upstream } = require('@opentelemetry/instrumentation-pg')
  const { PgInstrumentation: Ours } = require('@pgspan/instrumentation-pg')
  const { processState } = require('@pgspan/lifecycle')
  const ours = new Ours({ enabled: process.env.FIRST !== 'upstream' })
  const upstream = new Upstream()
  ours.enable()
  const pg = require('pg')
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
  const client = new pg.Client(process.env.DATABASE_URL)
  await client.connect()
  const steps = []
  const step = async (name, change) => {
    change()
    telemetry.reset()
    await client.query('SELECT 1')
    await pool.query('SELECT 1')
    steps.push([name, ...new Set(telemetry.querySpans()), telemetry.querySpans().length])
  }
  await step('both', () => {})
  await step('ours off', () => ours.disable())
  await step('ours on again', () => ours.enable())
  await step('upstream off', () => upstream.disable())
  await step('upstream on again', () => upstream.enable())
  await step('and again', () => {
    upstream.disable()
    upstream.enable()
  })
  let heard = 0
  const detach = processState().dispatcher.attach({ name: 'listener', queryStarted: () => heard++ })
  await step('ours off, but somebody listens', () => ours.disable())
  detach()
  await step('both off', () => upstream.disable())
  await client.end()
  await pool.end()
  console.log(JSON.stringify({ steps, heard }))
}

main()
