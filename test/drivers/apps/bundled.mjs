// An application that a bundler put into one file, driver included: no module hook ever sees pg.
import { instrumentPg, PgInstrumentation } from '@pgspan/instrumentation-pg'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { querySpans, startTracing } from './spans.mjs'

startTracing()
const early = new PgInstrumentation({ enabled: process.env.REGISTER === 'before' })
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 })
await pool.query('SELECT 0 AS unseen')
const same = instrumentPg(pg) === pg && instrumentPg(pg) === pg
if (process.env.REGISTER !== 'before') early.enable()
const { rows } = await pool.query('SELECT $1::int AS n FROM pg_class LIMIT 1', [1])
const client = await pool.connect()
const cursor = client.query(new Cursor('SELECT relname FROM pg_class'))
await cursor.read(3)
await cursor.close()
client.release()
await pool.query('SELEKT').catch(() => {})
await pool.end()
console.log(JSON.stringify({ same, rows, spans: querySpans() }))
