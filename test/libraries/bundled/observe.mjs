// Runs the `main` of a built application, and prints where its slow queries are: `node observe.mjs FILE`.
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'

const insights = createInsights({ slowQueryMillis: 20 })
insights.attach()
registerInstrumentations({ instrumentations: [new PgInstrumentation()] })

const application = await import(process.argv[2])
await (application.main ?? application.default.main)()
insights.flush()
const slow = insights
  .findings()
  .filter(({ kind, statement }) => kind === 'slow_query' && statement.includes('pg_sleep'))
  .reverse()
process.stdout.write(JSON.stringify(slow.map(({ callSite }) => callSite ?? null)))
insights.close()
