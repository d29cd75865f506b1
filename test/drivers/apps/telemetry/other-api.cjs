// An SDK that registers itself with the application's own copy of the api; prints how many spans it got.
const { trace } = require('@opentelemetry/api')
const { SimpleSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')

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
