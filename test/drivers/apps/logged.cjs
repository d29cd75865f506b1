// Logs every query to files in DIRECTORY; prints how many queries were answered, and what became of their entries.
const { diag, DiagConsoleLogger, DiagLogLevel } = require('@opentelemetry/api')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')
const { createQueryLog, toFiles } = require('pgspan/slow-query-log')

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
new PgInstrumentation()
const directory = process.env.DIRECTORY
const log = createQueryLog({ sampleRate: 1, maximumPerSecond: 100_000, writers: [toFiles({ directory })] })
log.attach()
const { Pool } = require('pg')

async function main() {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
  let answered = 0
  for (let n = 0; n < Number(process.env.QUERIES); n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => pool.query('SELECT $1::int AS n', [n])))
    answered += 50
  }
  await pool.end()
  await log.close()
  console.log(JSON.stringify({ answered, ...log.statistics() }))
}
main()
