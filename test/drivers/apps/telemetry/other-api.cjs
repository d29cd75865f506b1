// An SDK that registers itself with the application's own copy of the api; prints how many spans it got.
const { trace } = require('@opentelemetry/api')
const { SimpleSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')

if (process.argv[2] === 'too late') {
  // Whoever registers anything first gives its version to all: here a logger, with the api that pgspan uses.
  const { createRequire } = require('node:module')
  const { diag, DiagConsoleLogger } = createRequire(require.resolve('@pgspan/instrumentation-pg'))(
    '@opentelemetry/api',
  )
  diag.setLogger(new DiagConsoleLogger(), 0)
}

let spans = 0
const exporter = {
  export(batch, done) {
    spans += batch.length
    done({ code: 0 })
  },
  shutdown: async () => {},
}
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
new PgInstrumentation({ acquireSpans: 'never', connectSpans: 'never' })
const { Pool } = require('pg')
const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
})
pool.on('error', () => {})
pool.query('SELECT 1').then(async () => {
  await pool.end()
  console.log(`spans: ${spans}`)
})
