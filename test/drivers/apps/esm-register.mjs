// What `--import` loads before an ESM application: ours, and by choice a loader hook. HOOK says which.
import { register } from 'node:module'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { startTracing } from './spans.mjs'

if (process.env.HOOK === 'register') register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
startTracing()
new PgInstrumentation()
