// Bundled with the driver inside, which it hands over.
import { instrumentPg } from '@pgspan/instrumentation-pg'
import pg from 'pg'

instrumentPg(pg)
await import('./ask.mjs')
