// As a file that is required first, with the application's own SDK.
const { Pool } = require('pg')
const { TracerProvider } = require('@opentelemetry/sdk-trace')
const { trace } = require('@opentelemetry/api')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')

trace.setGlobalTracerProvider(new TracerProvider())
new PgInstrumentation()
// What is asked for again is seen from then on.
if (process.argv[2] === 'again') require('pg')
const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
})
pool.on('error', () => {})
pool.query('SELECT 1').then(() => pool.end())
