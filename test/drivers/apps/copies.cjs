// Several copies of pg, and two copies of our packages, in one process.
const { join } = require('node:path')

async function main() {
  const telemetry = await import('./spans.mjs')
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
  require('@opentelemetry/api').context.setGlobalContextManager(
    new AsyncLocalStorageContextManager().enable(),
  )
  const first = load(process.env.FIRST_COPY)
  const second = load(process.env.SECOND_COPY)
  const different = first.PgInstrumentation !== second.PgInstrumentation
  const exporters = [telemetry.newExporter(), telemetry.newExporter()]
  const events = [0, 0]
  const loggers = events.map((_, i) => ({ getLogger: () => ({ emit: () => events[i]++ }) }))
  const instrumentations = [new first.PgInstrumentation(), new second.PgInstrumentation()]
  for (const [i, instrumentation] of instrumentations.entries()) {
    instrumentation.setTracerProvider(telemetry.tracerProvider(exporters[i]))
    instrumentation.setLoggerProvider(loggers[i])
  }
  const units = new Set()
  const { processState, runInUnitOfWork } = first.lifecycle
  second.lifecycle.processState().dispatcher.attach({
    name: 'units',
    queryStarted: ({ unitOfWork }) => units.add(unitOfWork?.name),
  })
  const answers = {}
  for (const name of ['pg', 'pg-8.11', 'pg-8.16']) {
    const { Client, Pool } = require(name)
    second.instrumentPg({ Client, Pool })
    const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
    await runInUnitOfWork(`job of ${name}`, async () => {
      await pool.query('SELECT 1')
      const client = await pool.connect()
      await client.query('SELECT $1::int', [1])
      client.release()
    })
    await pool.query('SELECT 1/0').catch(() => {})
    await pool.end()
    answers[name] = exporters.map((exporter) => telemetry.querySpans(exporter))
    for (const exporter of exporters) exporter.reset()
  }
  const drivers = processState() === second.lifecycle.processState()
  const eventsOfEach = [...events]
  const common = loggers[0]
  for (const instrumentation of instrumentations) instrumentation.setLoggerProvider(common)
  const client = new (require('pg').Client)(process.env.DATABASE_URL)
  await client.connect()
  events.fill(0)
  await client.query('SELECT 1/0').catch(() => {})
  await client.end()
  console.log(
    JSON.stringify({
      different,
      oneState: drivers,
      units: [...units],
      eventsOfEach,
      eventsOfOne: events,
      answers,
    }),
  )
}

function load(folder) {
  const resolve = (name) => join(folder, name)
  return { ...require(resolve('instrumentation-pg')), lifecycle: require(resolve('lifecycle')) }
}

main()
