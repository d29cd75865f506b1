// Traces that are no simple requests, with spans of ours or of the upstream instrumentation; prints what was found in each.
const { createServer } = require('node:http')
const { context, SpanKind, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { TracerProvider } = require('@opentelemetry/sdk-trace')
const { InsightsSpanProcessor } = require('@pgspan/insights')

const processor = new InsightsSpanProcessor({ slowQueryMillis: false, poolWaitMillis: false })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }))
const driver =
  process.env.DRIVER === 'upstream'
    ? require('@opentelemetry/instrumentation-pg')
    : require('@pgspan/instrumentation-pg')
registerInstrumentations({ instrumentations: [new driver.PgInstrumentation(), new HttpInstrumentation()] })

const pg = require('pg')
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
const tracer = trace.getTracer('application')
const list = async () => (await pool.query('SELECT person_id FROM purchase ORDER BY id LIMIT 12')).rows
const find = (id) => pool.query('SELECT name FROM person WHERE id = $1', [id])
const turn = () => new Promise((resolve) => setTimeout(resolve, 20))

const scenarios = {
  /** The root span ends in the middle of a loop that goes on. */
  async 'late children'() {
    await tracer.startActiveSpan('late children', async (root) => {
      const rows = await list()
      for (const [n, { person_id }] of rows.entries()) {
        await find(person_id)
        if (n === 6) root.end()
      }
    })
  },
  /** One trace, with a request of this very process for each row. */
  async 'parallel requests'() {
    const server = createServer(async (request, response) => {
      await find(Number(request.url?.slice('/person/'.length)))
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address()
    await tracer.startActiveSpan('parallel requests', async (root) => {
      const rows = await list()
      await Promise.all(
        rows.map(({ person_id }) =>
          fetch(`http://127.0.0.1:${port}/person/${person_id}`).then((response) => response.text()),
        ),
      )
      root.end()
    })
    await turn()
    server.close()
  },
  /** A span per message within one that polls. */
  async 'a message each'() {
    await tracer.startActiveSpan('poll', async (root) => {
      for (let id = 1; id <= 12; id++) await consume('process one', () => find(id))
      root.end()
    })
  },
  async 'a message for all'() {
    await consume('process all', async () => {
      for (const { person_id } of await list()) await find(person_id)
    })
  },
  /** Never ends. */
  async 'endless root'() {
    await tracer.startActiveSpan('worker', async () => {
      for (const { person_id } of await list()) await find(person_id)
    })
    const before = performance.now()
    while (told.length === 0 && performance.now() - before < 20_000) await turn()
    seconds = (performance.now() - before) / 1_000
  },
}

const told = []
let seconds = 0
processor.insights.subscribe(({ kind, unit, evidence }) => {
  told.push([kind, evidence.count, unit].join(' '))
})

function consume(name, work) {
  return tracer.startActiveSpan(name, { kind: SpanKind.CONSUMER }, async (span) => {
    await work()
    span.end()
  })
}

async function main() {
  const outcome = {}
  for (const name of process.env.SCENARIOS.split(',')) {
    const before = processor.insights.statistics().queries
    await scenarios[name]()
    if (name !== 'endless root') await processor.forceFlush()
    outcome[name] = { queries: processor.insights.statistics().queries - before, found: told.splice(0) }
  }
  console.log(JSON.stringify({ ...outcome, seconds }))
  await pool.end()
}

main()
