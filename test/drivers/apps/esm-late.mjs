// An ESM application whose file imports the driver before ours: module hooks come too late.

import { instrumentPg, PgInstrumentation } from '@pgspan/instrumentation-pg'
import pg from 'pg'
import { querySpans, startTracing } from './spans.mjs'

startTracing()
new PgInstrumentation()
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query('SELECT 1')
const before = querySpans().length
instrumentPg(pg)
await pool.query('SELECT 2')
await pool.end()
console.log(JSON.stringify({ before, after: querySpans().length }))
